"""Who a campaign is for: typed rules, matched in memory and in SQL."""
