"""Forms for what a sheet shows badly: who the patient is, the treatment, lesions, single facts, pathology."""

TITLES = ("Patient and case", "Cycles", "Lesions", "Findings", "Biomarkers", "Fitness and organs", "Toxicity and history", "Course", "Pathology", "SUL")
