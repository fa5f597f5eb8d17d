"""Public data sets as data folders of the lab: something real to run proposals on. Converted here, never shipped.

    python -m evals.public NAME OUT [--data DIR]        one of banking77, retail_support, staff_handbook, visit_notes, northwind
    python -m evals.public all OUT                      each into OUT/NAME

Inputs, documents and tables are the data sets' own, or questions made from their rows; volumes and money are invented, and each folder says so.
The same data give the same folder, byte for byte.
"""
