"""Simulates genotypes of three populations: python simulate.py OUT.vcf OUT.tsv (msprime 1.4.4).

The out-of-Africa model of Gutenkunst et al. 2009 (doi:10.1371/journal.pgen.1000695), 120 samples a
population, two stretches of 300 kb, 150 common variants of each, 2 % of the genotypes missing. Every
24th sample has no row in the table.
"""

import sys

import msprime
import numpy

SAMPLES, POPULATIONS, YEARS = 120, ("YRI", "CEU", "CHB"), 25
GROWTH = {"CEU": (1000, 0.004), "CHB": (510, 0.0055)}
SPLIT, OUT_OF_AFRICA = 21.2e3 / YEARS, 140e3 / YEARS


def demography():
    model = msprime.Demography()
    model.add_population(name="YRI", initial_size=12300)
    for name, (size, rate) in GROWTH.items():
        now = size / numpy.exp(-rate * SPLIT)
        model.add_population(name=name, initial_size=now, growth_rate=rate)
    model.add_population(name="OOA", initial_size=2100)
    model.add_population(name="ANC", initial_size=7300)
    for pair, rate in ((("CEU", "CHB"), 9.6e-5), (("YRI", "CEU"), 3e-5), (("YRI", "CHB"), 1.9e-5)):
        model.set_symmetric_migration_rate(pair, rate)
    model.add_population_split(time=SPLIT, derived=["CEU", "CHB"], ancestral="OOA")
    model.add_symmetric_migration_rate_change(time=SPLIT, populations=["YRI", "OOA"], rate=25e-5)
    model.add_population_split(time=OUT_OF_AFRICA, derived=["YRI", "OOA"], ancestral="ANC")
    model.sort_events()
    return model


def variants(random):
    for contig, seed in (("21", 11), ("22", 12)):
        trees = msprime.sim_ancestry(
            {name: SAMPLES for name in POPULATIONS},
            demography=demography(),
            sequence_length=300_000,
            recombination_rate=1.2e-8,
            random_seed=seed,
        )
        trees = msprime.sim_mutations(trees, rate=1.3e-8, random_seed=seed + 100)
        common = [
            (contig, int(v.site.position) + 1, v.alleles, v.genotypes.copy())
            for v in trees.variants()
            if v.num_alleles == 2 and 0.05 <= v.genotypes.mean() <= 0.95
        ]
        for at in sorted(random.choice(len(common), size=150, replace=False)):
            yield common[at]


def main(vcf, table):
    random = numpy.random.default_rng(7)
    names = [f"{p}{i:03d}" for p in POPULATIONS for i in range(SAMPLES)]
    with open(vcf, "w") as out:
        out.write("##fileformat=VCFv4.3\n##source=simulated, not observed: msprime 1.4.4, model of ")
        out.write("Gutenkunst et al. 2009 (doi:10.1371/journal.pgen.1000695)\n")
        out.write("##contig=<ID=21,length=300000>\n##contig=<ID=22,length=300000>\n")
        out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
        head = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split() + names
        out.write("\t".join(head) + "\n")
        for contig, position, alleles, genotypes in variants(random):
            pairs = zip(genotypes[::2], genotypes[1::2])
            cells = ["./." if random.random() < 0.02 else f"{a}|{b}" for a, b in pairs]
            row = [contig, str(position), ".", *alleles, ".", "PASS", ".", "GT", *cells]
            out.write("\t".join(row) + "\n")
    with open(table, "w") as out:
        out.write("sample\tpopulation\tsex\n")
        for i, name in enumerate(names):
            sex = "female" if random.random() < 0.5 else "male"
            if i % 24 != 23:
                out.write(f"{name}\t{name[:3]}\t{sex}\n")


main(*sys.argv[1:])
