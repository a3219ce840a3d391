//! Words that recur where a model looks, as sequence logos of their places.

use crate::attribute::recurring::{FLANK, RATE, Recurring, Word};
use crate::report::figure::{Figure, logo};
use crate::report::number::{count, counted, number};

/// The logos of the words; `None` where none is left.
pub(super) fn figure(index: usize, model: &str, found: &Recurring) -> Option<Figure> {
    if found.words.is_empty() {
        return None;
    }
    let logos: Vec<logo::Logo> = found.words.iter().map(|word| logo_of(word, found)).collect();
    let id = format!("motifs-{index}");
    Some(Figure {
        svg: logo::draw(
            &id,
            &format!("Words that recur where {model} looks"),
            "A logo a word: letters at its places and beside it, as high as their share of the \
             information. Its title has the records that hold the word, and the shuffled ones.",
            &logos,
        ),
        caption: format!(
            "{model}, fold {}: words of six bases in the windows that speak most for the class of {} \
             held out (gradient times input), and in how many of as many shuffled sequences, whose \
             pairs of neighbours occur as often. Of {} words, those below a false discovery rate of \
             {RATE}, most surprising first; of words shifted against each other the first. Letters up to \
             {FLANK} beside the word, in bits against the composition.",
            found.fold + 1,
            counted(found.records, "record"),
            count(found.found),
        ),
        good: "words in many records and in few shuffled ones, and more than themselves: letters beside \
               them that stand out, too, make a motif. Relatives count as strangers here, so that in \
               families of genes words recur because the genes are related."
            .to_string(),
        numbers: logo::numbers(&id, &logos),
        table: None,
    })
}

/// What is said where no word is left.
pub(super) fn none(found: &Recurring) -> Option<String> {
    found.words.is_empty().then(|| {
        format!(
            "None of {} words recurs in {} more often than in as many shuffled ones (false discovery \
             rate {RATE}): what the model looks at is no word of six bases that its records share.",
            count(found.found),
            counted(found.records, "held-out record"),
        )
    })
}

fn logo_of(word: &Word, found: &Recurring) -> logo::Logo {
    let motif = &word.motif;
    let rows = word.frequencies.rows().map(<[f64]>::to_vec);
    logo::Logo {
        name: motif.word.clone(),
        title: format!(
            "{}: {} of {}, shuffled {}, q {}",
            motif.word,
            count(motif.records),
            count(found.records),
            count(motif.shuffled),
            number(motif.q_value)
        ),
        letters: found.letters,
        positions: word.frequencies.information().iter().copied().zip(rows).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::filters::Frequencies;
    use crate::attribute::motifs::Motif;

    #[test]
    fn words_are_drawn_with_their_controls() {
        let motif = Motif {
            word: "TGACTC".to_string(),
            records: 50,
            shuffled: 2,
            enrichment: 17.0,
            p_value: 1e-14,
            q_value: 2e-12,
        };
        let frequencies = Frequencies::new(&[40, 2, 3, 5, 1, 1, 47, 1], &[0.25; 4]);
        let word = Word { motif, frequencies };
        let mut found =
            Recurring { fold: 0, records: 100, letters: b"ACGT", found: 700, words: vec![word] };
        let drawn = figure(2, "conv", &found).unwrap();
        let title = ">TGACTC: 50 of 100, shuffled 2, q 2.00\u{202f}×\u{202f}10⁻¹²</text>";
        assert!(drawn.svg.contains(title), "{}", drawn.svg);
        assert!(drawn.svg.contains("motifs-2-title") && drawn.caption.contains("Of 700 words"));
        assert!(none(&found).is_none());
        found.words.clear();
        assert!(figure(2, "conv", &found).is_none());
        assert!(
            none(&found).unwrap().starts_with("None of 700 words recurs in 100 held-out records")
        );
    }
}
