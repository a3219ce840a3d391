//! What exports say twice, leave out or hold beside the measurements.

use std::io::Write;

use super::tests::{all, file};
use crate::{Cq, Role};

/// Wells and Cq.
fn cycles(text: &str) -> Vec<(String, Option<f64>)> {
    all(text).into_iter().map(|r| (r.well, r.cq.value())).collect()
}

const SETUP: &str = "[Sample Setup]\nWell\tWell Position\tSample Name\tTarget Name\tTask\tReporter\n\
    1\tA1\tS1\tT1\tUNKNOWN\tFAM\n13\tB1\tS2\tT1\tUNKNOWN\tFAM\n\n";
const RESULTS: &str = "[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\n\
    1\tA1\tfalse\tS1\tT1\tUNKNOWN\tFAM\t20.0\n13\tB1\tfalse\tS2\tT1\tUNKNOWN\tFAM\tUndetermined\n";

#[test]
fn several_tables_of_a_reaction_are_one_reaction() {
    let again = RESULTS.replace("[Results]", "[Standard Curve Result]").replace("20.0", "20.004");
    let read = file(format!("{SETUP}{RESULTS}\n{again}").as_bytes()).unwrap();
    assert_eq!(read.reactions.len(), 2);
    assert!(read.decisions[0].notes.iter().any(|n| n.starts_with("2 rows say again")));
    let other = again.replace("20.004", "21.5");
    let error = file(format!("{SETUP}{RESULTS}\n{other}").as_bytes()).unwrap_err();
    assert!(error.found.contains("Cq 20.00 in line 8 and Cq 21.50 in line"), "{error}");
    let same = "Well,Sample,Target,Task,Cq\nA1,S1,T,UNKNOWN,20.5\nA1,S1,T,UNKNOWN,20.5\nA1,S1,T,UNKNOWN,20.5\n";
    assert_eq!(all(same).len(), 1);
}

#[test]
fn wells_by_number_are_those_of_the_setup_and_their_curves_are_joined() {
    let curves = "[Amplification Data]\nWell\tCycle\tTarget Name\tRn\tDelta Rn\n\
        1\t1\tT1\t0.5\t0\n1\t2\tT1\t0.6\t0.1\n13\t1\tT1\t0.5\t0\n13\t2\tT1\t0.9\t0.4\n\n";
    let mut read = file(format!("{SETUP}{curves}{RESULTS}").as_bytes()).unwrap();
    let wells: Vec<&str> = read.reactions.iter().map(|r| r.well.as_str()).collect();
    assert_eq!(wells, ["A1", "B1"]);
    assert!(read.reactions.iter().all(|r| r.curve.is_some()));
    // What the file calls undetermined stays so.
    crate::quantity::call(&mut read);
    assert_eq!(read.reactions[1].cq, Cq::Undetermined);
}

#[test]
fn raw_signal_and_melting_are_passed_over_by_what_they_hold() {
    for section in [
        "[Raw Data]\nWell\tWell Position\tCycle\tx1-m1\tx2-m2\n1\tA1\t1\t36,431.1\t4,790.4\n13\tB1\t1\t36,001.1\t4,700.4\n1\tA1\t2\t1\t2\n\n",
        "[Multicomponent Data]\nWell\tWell Position\tCycle\tROX\tFAM\n1\tA1\t1\t10.1\t4.4\n1\tA1\t2\t10.2\t4.5\n\n",
        "[Melt]\nWell\tWell Position\tTarget Name\tTemperature\tFluorescence\n1\tA1\tT1\t60.1\t4.4\n1\tA1\tT1\t60.5\t4.5\n\n",
    ] {
        let read = file(format!("{SETUP}{section}{RESULTS}").as_bytes()).unwrap();
        assert_eq!(read.reactions.len(), 2);
        assert!(read.decisions[0].notes.iter().any(|n| n.contains("passed over")), "{section}");
    }
    let melting = file(b"Temperature,A1,A2\n60,1.2,1.3\n61,1.1,1.2\n").unwrap_err();
    assert_eq!(melting.found, "melting curves only");
    let digital = "Well,Sample,Target,Concentration,Positives,Negatives,AcceptedDroplets\nA1,S,T,120,500,14000,14500\n";
    assert_eq!(file(digital.as_bytes()).unwrap_err().found, "a table of digital PCR");
}

#[test]
fn wells_that_are_left_out_are_marked_and_columns_that_are_not_read_are_named() {
    for (head, out, kept) in [
        ("Excluded", "True", "False"),
        ("Exclude", "yes", ""),
        ("Omit", "1", "0"),
        ("Excluded", "pipetting", ""),
        ("Use", "no", "yes"),
        ("Include", "FALSE", "TRUE"),
    ] {
        let text = format!(
            "Position\tSample Name\tGene Name\tCq\t{head}\tStatus\nA1\tS1\tT\t20.5\t{kept}\tx\nA2\tS1\tT\t29.7\t{out}\tx\n"
        );
        let read = file(text.as_bytes()).unwrap();
        let omitted: Vec<bool> = read.reactions.iter().map(|r| r.omitted).collect();
        assert_eq!(omitted, [false, true], "{head}");
        assert!(
            read.decisions[0].notes.iter().any(|n| n.contains("not read") && n.contains("Status"))
        );
    }
}

#[test]
fn the_dye_stands_for_a_target_that_is_not_named() {
    let text =
        ",Well,Fluor,Target,Content,Sample,Cq\n,A01,FAM,,Unkn,S1,20.0\n,A01,VIC,,Unkn,S1,30.0\n";
    let targets: Vec<String> = all(text).into_iter().map(|r| r.target).collect();
    assert_eq!(targets, ["FAM", "VIC"]);
}

#[test]
fn heads_and_words_of_an_mx3000_are_read() {
    let text = "Well\tWell Name\tDye\tAssay\tWell Type\tThreshold (dR)\tCt (dR)\tQuantity (copies)\n\
        A1\tS1\tSYBR\tT\tUnknown\t0.1\t20.5\tNo value\nA2\tS1\tSYBR\tT\tUnknown\t0.1\tNo Ct\tNo value\n";
    assert_eq!(cycles(text), [("A1".into(), Some(20.5)), ("A2".into(), None)]);
    let words = "Well,Sample,Target,Ct\nA1,S,T,999\nA2,S,T,No Call\n";
    assert!(all(words).iter().all(|r| r.cq == Cq::Undetermined));
}

#[test]
fn efficiencies_and_row_numbers_are_no_cycles() {
    let error = file(b"assay,eff\na,1.95\nb,1.90\nc,2.01\n").unwrap_err();
    assert!(error.expected.contains("Cq"), "{error}");
    assert!(file(b"assay,x\na,1.95\nb,1.90\nc,2.01\n").is_err());
    let found = all("sample,plate row,MYC\na,1,23.1\nb,2,24.0\nc,3,22.2\n");
    assert!(found.len() == 3 && found.iter().all(|r| r.target == "MYC"));
}

/// An RDML tree of one reaction, its samples, its target's dye and the plate written as given.
fn rdml(head: &str, samples: &str, dye: &str, format: &str, react: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rdml {head} version=\"1.0\">{samples}<target id=\"T\"><type>toi</type>{dye}</target>\
         <experiment id=\"e\"><run id=\"r\"><pcrFormat>{format}</pcrFormat><react id=\"{react}\"><sample id=\"S&amp;2\"/>\
         <data><tar id=\"T\"/><cq>20.5</cq></data></react></run></experiment></rdml>"
    )
}

#[test]
fn rdml_of_every_version_and_prefix_is_read() {
    let plain = "xmlns=\"http://www.rdml.org\"";
    let both = "xmlns=\"http://www.rdml.org\" xmlns:rdml=\"http://www.rdml.org\"";
    let two = "<sample id=\"S1\"><type>unkn</type></sample><rdml:sample id=\"S&amp;2\"><rdml:type>ntp</rdml:type></rdml:sample><sample id=\"S3\"/>";
    let size = "<rows>8</rows><columns>12</columns>";
    for (text, role) in [
        (
            rdml(
                plain,
                "<sample id=\"S&amp;2\"><type>nac</type></sample>",
                "<dyeId>FAM</dyeId>",
                "free format",
                "A1",
            ),
            Role::NoAmplification,
        ),
        (rdml(both, two, "<dyeId id=\"FAM\"/>", size, "1"), Role::NoTarget),
    ] {
        let read = file(text.as_bytes()).unwrap();
        let [r] = read.reactions.as_slice() else { panic!() };
        assert_eq!((r.well.as_str(), r.sample.as_str(), r.dye.as_str()), ("A1", "S&2", "FAM"));
        assert_eq!((r.cq, r.role), (Cq::Measured(20.5), role));
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file("rdml_data.xml", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        let archive = archive.finish().unwrap().into_inner();
        assert_eq!(file(&[b"PK\x07\x08", archive.as_slice()].concat()).unwrap().reactions.len(), 1);
    }
}
