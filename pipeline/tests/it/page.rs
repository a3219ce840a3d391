//! The report in a browser without a network: what its script does, and that it loads nothing.

use std::path::Path;
use std::process::Command;

use crate::command::{succeed, text};

/// Names that the browser goes by.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Appended to the page: sorts the first table by keyboard and by its buttons, and writes what came
/// of it into the page. `click` is what a browser makes of Enter on a button that has the focus.
const PROBE: &str = r#"<script>
addEventListener("load", () => setTimeout(() => {
  const said = [];
  const table = [...document.querySelectorAll("table.sortable")].find((t) => t.tBodies[0].rows.length > 1);
  const heads = [...table.tHead.rows[0].cells];
  const column = heads.findIndex((head) => head.classList.contains("n"));
  const button = heads[column].querySelector("button");
  button.focus();
  said.push("focus " + (document.activeElement === button));
  const values = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[column].dataset.sort));
  const rising = (list) => list.every((v, i) => i === 0 || list[i - 1] <= v);
  button.click();
  said.push(heads[column].getAttribute("aria-sort") + " " + rising(values().reverse()));
  button.click();
  said.push(heads[column].getAttribute("aria-sort") + " " + rising(values()));
  heads[0].querySelector("button").click();
  said.push(heads.filter((head) => head.hasAttribute("aria-sort")).length + " " + heads[0].getAttribute("aria-sort"));
  const scrolls = [...document.querySelectorAll(".scroll")].filter((s) => !s.closest("details:not([open])"));
  said.push("stops " + scrolls.every((s) => (s.tabIndex === 0) === (s.scrollWidth > s.clientWidth)));
  said.push("width " + (document.documentElement.scrollWidth <= innerWidth));
  const out = document.createElement("p");
  out.id = "probe";
  out.textContent = said.join("; ");
  document.body.append(out);
}, 1000));
</script>"#;

fn browser() -> Option<&'static str> {
    let runs = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    BROWSERS.iter().find(runs).copied()
}

/// The page after its scripts ran, and what the browser says of it.
fn dump(browser: &str, page: &Path, profile: &Path, width: u32) -> (String, String) {
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},900"))
        .args(["--dump-dom", &format!("file://{}", page.display())])
        .output()
        .unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_report_sorts_and_loads_nothing_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("NOT RUN: none of {} is installed", BROWSERS.join(", "));
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    succeed(&["run", "workflows/delta-cq.yaml", "--out", out.to_str().unwrap()]);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(!page.contains("<button"), "the page is whole without scripts");
    let probed = folder.path().join("probed.html");
    std::fs::write(&probed, page.replace("</body>", &format!("{PROBE}</body>"))).unwrap();
    for width in [1400, 600] {
        let (shown, said) = dump(browser, &probed, &folder.path().join("profile"), width);
        let found = shown.split("<p id=\"probe\">").nth(1).and_then(|rest| rest.split('<').next());
        let expected =
            "focus true; descending true; ascending true; 1 ascending; stops true; width true";
        assert_eq!(found, Some(expected), "{width}: {said}");
        // Each head of a table with rows to sort became a button.
        let rows =
            |table: &&str| table.split("<tbody>").nth(1).unwrap().matches("<tr>").count() > 1;
        let tables = shown.split("<table").skip(1).filter_map(|rest| rest.split("</table>").next());
        for table in tables.filter(rows) {
            assert_eq!(table.matches("<button").count(), table.matches("scope=\"col\"").count());
        }
        // Script errors, refused requests and the like are written to the console.
        let complaints = said.lines().filter(|line| line.contains("CONSOLE"));
        assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
