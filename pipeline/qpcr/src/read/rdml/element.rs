//! A tree of XML elements, by local name, whatever prefix and order they are written in.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

/// Deepest element: RDML has eleven levels.
const DEEPEST: usize = 64;
/// Most elements: a run of 1536 wells, ten dyes and 60 cycles has 4 million.
const MOST: usize = 16_000_000;

/// An element with what is inside of it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    text: String,
}

impl Element {
    /// The children of this name, in order.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Text without blanks around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// Text of a child; empty where there is none.
    pub(super) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", Self::text)
    }

    /// An attribute; empty where there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|a| a.0 == name).map_or("", |a| a.1.as_str())
    }

    /// What an element refers to: its `id`, or its text in files of version 1.0.
    pub(super) fn id(&self) -> &str {
        let id = self.attribute("id").trim();
        if id.is_empty() { self.text() } else { id }
    }
}

/// Reads the root of a document; elements of other namespaces than RDML's are left out.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = vec![Element::default()];
    // Depth inside of an element of another namespace.
    let (mut foreign, mut count) = (0_usize, 0_usize);
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|e| e.to_string())?;
        match event {
            Event::Start(start) => {
                let other = match namespace {
                    ResolveResult::Bound(name) => !name.as_ref().contains("rdml"),
                    ResolveResult::Unbound | ResolveResult::Unknown(_) => false,
                };
                count += 1;
                if foreign > 0 || other {
                    foreign += 1;
                } else if open.len() > DEEPEST || count > MOST {
                    return Err(format!("more than {DEEPEST} levels or {MOST} elements"));
                } else {
                    open.push(element(&start)?);
                }
            }
            Event::End(_) if foreign > 0 => foreign -= 1,
            Event::End(_) => {
                if let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(done);
                }
            }
            Event::Text(text) if foreign == 0 => push(&mut open, &text.xml10_content()),
            Event::CData(text) if foreign == 0 => push(&mut open, &text.xml10_content()),
            Event::GeneralRef(name) if foreign == 0 => {
                let letter = name.resolve_char_ref().map_err(|e| e.to_string())?;
                let word = name.xml10_content();
                let known = quick_xml::escape::resolve_predefined_entity(&word);
                match (letter, known) {
                    (Some(letter), _) => push(&mut open, letter.encode_utf8(&mut [0; 4])),
                    (None, Some(known)) => push(&mut open, known),
                    (None, None) => return Err(format!("entity `&{word};`")),
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if open.len() > 1 || foreign > 0 {
        return Err("the document ends within an element".to_string());
    }
    let root = open.pop().and_then(|document| document.children.into_iter().next());
    root.filter(|root| root.name == "rdml").ok_or_else(|| "no root `rdml`".to_string())
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.local_name().as_ref().to_string();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        attributes.push((attribute.key.local_name().as_ref().to_string(), value.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}
