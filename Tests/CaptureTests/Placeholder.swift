import Testing

@Suite struct CapturePlaceholder {}
