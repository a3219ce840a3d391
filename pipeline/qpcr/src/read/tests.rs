//! Small files of each kind, written by hand.

use std::io::Write;
use std::path::Path;

use super::*;
use crate::{Cq, Reaction, Role};

pub(super) fn file(bytes: &[u8]) -> Result<Measurements, InputError> {
    let folder = tempfile::tempdir().unwrap();
    // The name says nothing.
    let path = folder.path().join("plate-7.dat");
    std::fs::write(&path, bytes).unwrap();
    read_all(&[path], &["Treatment".to_string()])
}

pub(super) fn all(text: &str) -> Vec<Reaction> {
    file(text.as_bytes()).unwrap().reactions
}

const RDML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rdml version="1.3" xmlns="http://www.rdml.org">
  <sample id="S1"><type targetId="T1">unkn</type></sample>
  <sample id="S2"><type targetId="T1">std</type><quantity><value>1000</value><unit>cop</unit></quantity></sample>
  <sample id="S3"><type targetId="T1">ntc</type></sample>
  <target id="T1"><type>ref</type><dyeId id="SYBR"/></target>
  <experiment id="E1"><run id="R1">
    <pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></pcrFormat>
    <react id="1"><sample id="S1"/><data><tar id="T1"/><cq>23.4</cq><adp><cyc>1</cyc><fluor>0.1</fluor></adp><adp><cyc>2</cyc><tmp>60</tmp><fluor>0.2</fluor></adp></data></react>
    <react id="14"><sample id="S2"/><data><tar id="T1"/><cq>18.1</cq><excl>pipetting</excl></data></react>
    <react id="96"><sample id="S3"/><data><tar id="T1"/><cq>-1.0</cq></data></react>
  </run></experiment>
</rdml>"#;

fn check_rdml(read: &Measurements) {
    assert_eq!(read.decisions[0].instrument, Instrument::Rdml);
    assert!(read.references.contains("T1"));
    let [a, b, c] = read.reactions.as_slice() else { panic!() };
    assert_eq!((a.well.as_str(), a.cq, a.role), ("A1", Cq::Measured(23.4), Role::Unknown));
    let curve = a.curve.as_ref().unwrap();
    assert_eq!((&curve.cycles[..], &curve.fluorescence[..]), (&[1.0, 2.0][..], &[0.1, 0.2][..]));
    assert_eq!((b.well.as_str(), b.quantity, b.omitted), ("B2", Some(1000.0), true));
    assert_eq!((c.well.as_str(), c.cq, c.role), ("H12", Cq::Undetermined, Role::NoTemplate));
}

#[test]
fn rdml_is_read_as_a_tree_and_from_its_archive() {
    check_rdml(&file(RDML.as_bytes()).unwrap());
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("rdml_data.xml", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(RDML.as_bytes()).unwrap();
    check_rdml(&file(&archive.finish().unwrap().into_inner()).unwrap());
    let error = file(RDML.replace("<cq>23.4</cq>", "<cq>late</cq>").as_bytes()).unwrap_err();
    assert!(error.expected.contains("RDML"), "{error}");
}

#[test]
fn several_header_blocks_of_one_export_come_together() {
    let text = "* Instrument Type = StepOne\n[Sample Setup]\nWell\tSample Name\tTarget Name\tTask\nA1\tliver\tMYC\tUNKNOWN\n\n\
        [Amplification Data]\nWell\tCycle\tTarget Name\tRn\tΔRn\nA1\t1\tMYC\t0.5\t0.0\nA1\t2\tMYC\t0.6\t0.1\n\n\
        [Results]\nWell\tSample Name\tTarget Name\tTask\tCт\nA1\tliver\tMYC\tUNKNOWN\tUndetermined\n";
    let read = file(text.as_bytes()).unwrap();
    let layouts = [Layout::Annotation, Layout::LongCurve, Layout::LongCq];
    assert_eq!(read.decisions[0].layouts, layouts);
    assert_eq!(read.reactions.len(), 1);
    let r = &read.reactions[0];
    assert_eq!((r.sample.as_str(), r.cq), ("liver", Cq::Undetermined));
    assert_eq!(r.curve.as_ref().unwrap().fluorescence, [0.5, 0.6]);
}

#[test]
fn decimal_commas_latin1_and_old_line_ends_are_read_together() {
    let mut text = b"Well;Sample;Target;Cq;Treatment\rA01;10 \xb5M;MYC;23,15;drug\rA02;NTC;MYC;Undetermined;\r".to_vec();
    let read = file(&text).unwrap();
    assert!(read.decisions[0].container.contains("windows-1252"));
    assert!(read.decisions[0].container.contains("CR line ends, semicolons"));
    let [a, b] = read.reactions.as_slice() else { panic!() };
    assert_eq!((a.sample.as_str(), a.well.as_str(), a.cq), ("10 µM", "A1", Cq::Measured(23.15)));
    assert_eq!(a.columns["Treatment"], "drug");
    assert_eq!((b.role, b.cq), (Role::NoTemplate, Cq::Undetermined));
    text.extend(b"A03;x;MYC;23,1x;\r");
    let error = file(&text).unwrap_err();
    assert_eq!((error.line, error.found.as_str()), (Some(4), "Cq `23,1x`"));
}

#[test]
fn a_table_by_target_is_read_with_and_without_names() {
    let found = all("sample,MYC,GAPDH\nliver,23.1,18\nkidney,NA,19.5\n");
    assert_eq!(found.len(), 4);
    assert_eq!((found[2].sample.as_str(), found[2].cq), ("kidney", Cq::Undetermined));
    assert_eq!(all("MYC,GAPDH\n23.1,18\n")[1].sample, "1");
}

#[test]
fn what_is_no_export_is_refused_with_its_place() {
    for (text, line, found) in [
        ("a,b\nx,y\n", None, "`a`, `b`"),
        ("Well,Cq\nA1,23\nA2,-4\n", Some(3), "Cq `-4`"),
        ("Well,Cq\nA1,23\n\n7,21\nA2,22\n", Some(4), "well `7`"),
        ("Cycle,A1\n1,0.1\n1,0.2\n", Some(3), "cycle `1`"),
        ("Cycle,A1\n1,0.1\n2,x\n", Some(3), "fluorescence `x` of `A1`"),
        ("MYC,GAPDH\n0.1,0.2\n", Some(2), "0.1 under `MYC`"),
    ] {
        let error = file(text.as_bytes()).unwrap_err();
        assert_eq!((error.line, error.found.as_str()), (line, found), "{error}");
    }
    for bytes in
        [&b""[..], b"\n\n", b"PK\x03\x04junk", b"\xd0\xcf\x11\xe0junk", b"\x1f\x8bjunk", b"<rdml"]
    {
        assert!(file(bytes).is_err());
    }
    assert!(read(Path::new("no such file"), &[]).is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "([A-Za-z0-9.;,\t\r\n\"]|Well|Cq|Cycle|A1|Sample|\\[)*") {
        let _ = file(text.as_bytes());
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), kind in 0..4_usize) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08"][kind];
        let _ = file(&[start, &bytes].concat());
    }
}
