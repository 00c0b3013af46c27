"""What users wrote, as values with places: the resources of every template and the objects of every manifest."""
