"""Where the outside begins: each module speaks one vendor's SDK and translates its words and faults into ours."""
