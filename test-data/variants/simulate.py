"""Simulates variants that break a binding site, and others: python simulate.py OUT.fasta OUT.vcf

20 contigs of random bases, a variant every 125 bases. Every other variant has the AP-1 site TGACTCA
around it; half of those change one of its seven bases ("lost"), the others a base beside it. Variants
without a site and variants beside one are "none": neither the site nor the change alone tells.
"""

import random
import sys

SITE, CONTIGS, STEP, EACH = "TGACTCA", 20, 125, 55


def main(fasta, vcf):
    dice = random.Random(7)
    contigs, rows = [], []
    for number in range(1, CONTIGS + 1):
        bases = [dice.choice("ACGT") for _ in range(STEP * (EACH + 1))]
        for i in range(EACH):
            at, effect = STEP * (i + 1), "none"
            kind = dice.random()
            if kind < 0.75:
                offset = dice.randrange(7)
                away = 0 if kind < 0.5 else dice.choice([-1, 1]) * dice.randrange(8, 25)
                start = at - offset + away
                bases[start : start + 7] = SITE
                effect = "lost" if kind < 0.5 else "none"
            rows.append([f"sim{number}", at, effect])
        text = "".join(bases)
        contigs.append(text)
        for row in rows[-EACH:]:
            row.append(text[row[1]])
    with open(fasta, "w") as out:
        for number, text in enumerate(contigs, 1):
            lines = [text[i : i + 60] for i in range(0, len(text), 60)]
            out.write(f">sim{number} simulated\n" + "\n".join(lines) + "\n")
    with open(vcf, "w") as out:
        out.write("##fileformat=VCFv4.3\n##source=simulated, not observed\n")
        for number, text in enumerate(contigs, 1):
            out.write(f"##contig=<ID=sim{number},length={len(text)}>\n")
        out.write('##INFO=<ID=EFFECT,Number=1,Type=String,Description="Simulated: lost or none">\n')
        out.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
        for contig, at, effect, base in rows:
            other = dice.choice([letter for letter in "ACGT" if letter != base])
            cells = [contig, str(at + 1), ".", base, other, ".", ".", f"EFFECT={effect}"]
            out.write("\t".join(cells) + "\n")


main(*sys.argv[1:])
