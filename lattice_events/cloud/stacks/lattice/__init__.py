"""The types ``AWS::VpcLattice::*``, made of the operations of the API."""
