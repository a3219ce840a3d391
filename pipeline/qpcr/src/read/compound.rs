//! Compound files, which hold an `.xls`: checked before the reader of workbooks follows their chains,
//! which it does without asking whether they end.
//!
//! Format: Microsoft, [MS-CFB] 2.2 (header), 2.3 (FAT), 2.4 (mini FAT), 2.6 (directory).

/// First bytes of a compound file.
pub(super) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// End of a chain.
const END: u32 = 0xffff_fffe;

/// Bytes of a sector of the mini stream.
const MINI: usize = 64;

/// Streams shorter than this lie in the mini stream.
const CUTOFF: u64 = 4096;

/// Bytes of an entry of the directory.
const ENTRY: usize = 128;

/// Kinds of entries that have a chain: a stream, and the root, whose chain is the mini stream.
const WITH_CHAIN: [u8; 2] = [2, 5];

/// A compound file whose chains can be followed.
struct Compound<'a> {
    bytes: &'a [u8],
    /// Bytes of a sector.
    sector: usize,
    fat: Vec<u32>,
}

/// Checks every chain of a file; the error says what is wrong.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let sector = match bytes.get(30..32) {
        Some([9, 0]) => 512,
        Some([12, 0]) => 4096,
        _ => return Err("a compound file without a sector size".to_string()),
    };
    let mut file = Compound { bytes, sector, fat: Vec::new() };
    file.fat = file.table()?;
    let directory = file.chain(&file.fat, file.header(48)?, usize::MAX, "directory")?;
    let directory: Vec<u8> = directory.iter().flat_map(|id| file.sector(*id)).copied().collect();
    let entries: Vec<&[u8]> = directory.chunks_exact(ENTRY).collect();
    let root = entries.first().ok_or("a compound file without a directory")?;
    let mini = file.mini_table()?;
    let room = file.length(root)?.min(bytes.len() as u64);
    for entry in entries.iter().filter(|entry| WITH_CHAIN.contains(&entry[66])) {
        let (start, length) = (number(entry, 116).unwrap_or(END), file.length(entry)?);
        if length > bytes.len() as u64 {
            return Err(format!("a stream of {length} bytes in a file of {}", bytes.len()));
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if entry[66] == 2 && (length as u64) < CUTOFF {
            let sectors = length.div_ceil(MINI);
            let chain = follow(&mini, start, sectors, "mini stream")?;
            if chain
                .iter()
                .any(|id| (u64::from(*id) + 1) * MINI as u64 > room.next_multiple_of(MINI as u64))
            {
                return Err("a mini stream beyond its end".to_string());
            }
        } else {
            file.chain(&file.fat, start, length.div_ceil(sector), "stream")?;
        }
    }
    Ok(())
}

impl<'a> Compound<'a> {
    fn header(&self, at: usize) -> Result<u32, String> {
        number(self.bytes, at).ok_or_else(|| "a compound file that is cut off".to_string())
    }

    /// Sectors of the file, the last of which may be cut.
    fn sectors(&self) -> usize {
        self.bytes.len().saturating_sub(self.sector).div_ceil(self.sector)
    }

    /// The bytes of a sector; empty beyond the end.
    fn sector(&self, id: u32) -> &'a [u8] {
        let start = (id as usize + 1).saturating_mul(self.sector).min(self.bytes.len());
        &self.bytes[start..start.saturating_add(self.sector).min(self.bytes.len())]
    }

    fn whole(&self, id: u32) -> Result<impl Iterator<Item = u32> + use<'a>, String> {
        let sector = self.sector(id);
        if sector.len() < self.sector {
            return Err(format!("sector {id} beyond the end of the file"));
        }
        let word = |word: &[u8]| word.try_into().map_or(END, u32::from_le_bytes);
        Ok(sector.chunks_exact(4).map(word))
    }

    /// The file allocation table, from the sectors that the header and its chain list.
    fn table(&self) -> Result<Vec<u32>, String> {
        let mut lists: Vec<u32> = Vec::new();
        for at in (76..512).step_by(4) {
            lists.push(self.header(at)?);
        }
        let mut next = self.header(68)?;
        let mut seen = 0;
        while next < 0xffff_fffa {
            seen += 1;
            if seen > self.sectors() {
                return Err("a list of tables that has no end".to_string());
            }
            let mut list: Vec<u32> = self.whole(next)?.collect();
            next = list.pop().unwrap_or(END);
            lists.extend(list);
        }
        let mut fat = Vec::new();
        let used = lists.into_iter().filter(|id| *id < 0xffff_fffc);
        for (count, id) in used.enumerate() {
            if count > self.sectors() {
                return Err("more tables than sectors".to_string());
            }
            fat.extend(self.whole(id)?);
        }
        Ok(fat)
    }

    fn mini_table(&self) -> Result<Vec<u32>, String> {
        let sectors = self.header(64)? as usize;
        if sectors == 0 {
            return Ok(Vec::new());
        }
        let chain = self.chain(&self.fat, self.header(60)?, sectors, "mini table")?;
        let mut table = Vec::new();
        for id in chain {
            table.extend(self.whole(id)?);
        }
        Ok(table)
    }

    fn chain(&self, fat: &[u32], start: u32, most: usize, what: &str) -> Result<Vec<u32>, String> {
        let chain = follow(fat, start, most, what)?;
        match chain.iter().find(|id| self.sector(**id).is_empty()) {
            Some(id) => Err(format!("a {what} in sector {id}, beyond the end of the file")),
            None => Ok(chain),
        }
    }

    /// The length of an entry's stream; in small sectors its upper half means nothing.
    fn length(&self, entry: &[u8]) -> Result<u64, String> {
        let word = |at| number(entry, at).map(u64::from).ok_or("a directory that is cut off");
        let upper = if self.sector == 512 { 0 } else { word(124)? };
        Ok(word(120)? | (upper << 32))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// The first `most` sectors of a chain; one that goes in a circle or leaves its table is refused.
fn follow(table: &[u32], start: u32, most: usize, what: &str) -> Result<Vec<u32>, String> {
    let mut chain = Vec::new();
    let mut next = start;
    while next != END && chain.len() < most {
        let Some(following) = table.get(next as usize) else {
            return Err(format!("a {what} that leaves its table at sector {next}"));
        };
        if chain.len() >= table.len() {
            return Err(format!("a {what} that goes in a circle"));
        }
        chain.push(next);
        next = *following;
    }
    Ok(chain)
}
