"""Types that moto lacks, or makes with too little."""
