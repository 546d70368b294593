"""Which days are worked: weekends, public holidays, and the days worked in their place. Data, kept by the centre."""
