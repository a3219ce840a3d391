//! Symbols to codes, many at a time.
//!
//! The compiler turns comparisons of a block of bytes with four letters into vector instructions,
//! which it does not do with a look-up in a table. So a block of plain bases, the common case, is
//! compared, and any other is looked up.

use multiversion::multiversion;

use super::PADDING;

/// Symbols that are compared at once.
const BLOCK: usize = 64;

/// Writes the code of each of `symbols`; returns whether all of them are symbols.
///
/// Both slices are of one length. `bases` are the letters of codes 1 to 4, where there are such.
#[multiversion(targets("x86_64+avx512bw", "x86_64+avx2"))]
pub(super) fn write(
    lookup: &[u8; 256],
    bases: Option<[u8; 4]>,
    symbols: &[u8],
    codes: &mut [u8],
) -> bool {
    let (blocks, rest) = symbols.as_chunks::<BLOCK>();
    let (room, _) = codes.as_chunks_mut::<BLOCK>();
    let mut seen = 0;
    for (symbols, codes) in blocks.iter().zip(room) {
        if !bases.is_some_and(|bases| plain(bases, symbols, codes)) {
            seen |= look_up(lookup, symbols, codes);
        }
    }
    // A whole block is cheaper than its part: some symbols are written twice.
    let last = bases.zip(symbols.last_chunk()).zip(codes.last_chunk_mut());
    let is_plain = |((bases, symbols), codes)| plain(bases, symbols, codes);
    if !rest.is_empty() && !last.is_some_and(is_plain) {
        let at = symbols.len().saturating_sub(BLOCK);
        seen |= look_up(lookup, &symbols[at..], &mut codes[at..]);
    }
    // Codes are below 128, so the top bit tells whether any byte was no symbol.
    seen < 128
}

/// Whether all of `symbols` are symbols.
#[multiversion(targets("x86_64+avx512bw", "x86_64+avx2"))]
pub(super) fn known(lookup: &[u8; 256], bases: Option<[u8; 4]>, symbols: &[u8]) -> bool {
    let (blocks, rest) = symbols.as_chunks::<BLOCK>();
    let any = |symbols: &[u8]| symbols.iter().fold(0, |seen, &s| seen | lookup[usize::from(s)]);
    let is_plain = |symbols: &[u8; BLOCK]| {
        bases.is_some_and(|bases| plain(bases, symbols, &mut [PADDING; BLOCK]))
    };
    let mut seen = 0;
    for symbols in blocks {
        if !is_plain(symbols) {
            seen |= any(symbols);
        }
    }
    if !rest.is_empty() && !symbols.last_chunk().is_some_and(is_plain) {
        seen |= any(rest);
    }
    seen < 128
}

/// Writes the codes of symbols that are all one of four bases in either case; `false` where one is
/// not, and the codes are then to be looked up.
#[inline(always)]
#[allow(clippy::inline_always)]
fn plain(bases: [u8; 4], symbols: &[u8; BLOCK], codes: &mut [u8; BLOCK]) -> bool {
    let [a, c, g, t] = bases;
    let mut other = 0;
    for (code, symbol) in codes.iter_mut().zip(symbols) {
        // Without the bit of the case.
        let upper = symbol & !0x20;
        let is = |base: u8, code: u8| if upper == base { code } else { 0 };
        *code = is(a, 1) | is(c, 2) | is(g, 3) | is(t, 4);
        other |= u8::from(*code == 0);
    }
    other == 0
}

/// Writes the codes by table and returns them all in one, by or.
#[inline(always)]
#[allow(clippy::inline_always)]
fn look_up(lookup: &[u8; 256], symbols: &[u8], codes: &mut [u8]) -> u8 {
    let mut seen = 0;
    for (code, &symbol) in codes.iter_mut().zip(symbols) {
        *code = lookup[usize::from(symbol)];
        seen |= *code;
    }
    seen
}
