// saved
