// The fields of a DHCP message one by one, for `-V` (RFC 2131 section 2, RFC 2132).

/// The fields of the fixed part and of every option.
@Sendable func dhcpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try DHCPHeader(bytes)
  fields.add("operation", at: 0, 1, .number(UInt64(header.operation)), operationName(header.operation))
  fields.add(
    "hardware_type", at: 1, 1, .number(UInt64(header.hardwareType)),
    header.hardwareType == 1 ? "Ethernet" : "")
  fields.add("hardware_length", at: 2, 1, .number(UInt64(header.hardwareLength)), "octets")
  fields.add("hops", at: 3, 1, .number(UInt64(header.hops)))
  fields.add("transaction", at: 4, 4, .hex(UInt64(header.transaction), digits: 8))
  fields.add("seconds", at: 8, 2, .number(UInt64(header.seconds)))
  fields.add("flags", at: 10, 2, .hex(UInt64(header.flags), digits: 4))
  fields.bits("broadcast", at: 10, 2, of: UInt64(header.flags), mask: 0x8000)
  fields.add("client_address", at: 12, 4, .address(IPAddress(ipv4: header.clientAddress)))
  fields.add("your_address", at: 16, 4, .address(IPAddress(ipv4: header.yourAddress)))
  fields.add("next_server", at: 20, 4, .address(IPAddress(ipv4: header.serverAddress)))
  fields.add("relay_address", at: 24, 4, .address(IPAddress(ipv4: header.relayAddress)))
  try bytes.require(DHCPHeader.length)
  let hardware = min(16, Int(header.hardwareLength))
  if hardware == 6 {
    fields.add("client_hardware_address", at: 28, 6, .mac(header.clientMAC))
  } else if hardware > 0 {
    fields.add("client_hardware_address", at: 28, hardware, .octets)
  }
  if hardware < 16 { fields.add("hardware_address_padding", at: 28 + hardware, 16 - hardware, .octets) }
  fields.add("server_name", at: 44, 64, .text)
  fields.add("boot_file", at: 108, 128, .text)
  if bytes.count == DHCPHeader.length { return }
  try bytes.require(DHCPHeader.length &+ 4)
  let cookie = bytes.u32(DHCPHeader.length)
  if cookie != DHCPHeader.cookie { return }
  fields.add("magic_cookie", at: DHCPHeader.length, 4, .hex(UInt64(cookie), digits: 8), "DHCP")
  try optionFields(bytes, &fields)
}

/// Every option: its code, its length, its octets.
private func optionFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  var at = DHCPHeader.length &+ 4
  while at < bytes.count {
    let code = bytes.u8(at)
    if code == 255 {
      fields.add("end", at: at, 1, .number(255))
      if at &+ 1 < bytes.count { fields.add("pad", at: at + 1, bytes.count - at - 1, .octets) }
      return
    }
    if code == 0 {
      let start = at
      while at < bytes.count, bytes.u8(at) == 0 { at &+= 1 }
      fields.add("pad", at: start, at - start, .octets)
      continue
    }
    try bytes.require(at &+ 2)
    let length = Int(bytes.u8(at &+ 1))
    try bytes.require(at &+ 2 &+ length)
    let name = optionName(code)
    fields.add(name, at: at, 2 + length, optionValue(code, bytes.extracting(at &+ 2..<at &+ 2 &+ length)))
    fields.depth += 1
    fields.add("code", at: at, 1, .number(UInt64(code)), name)
    fields.add("length", at: at + 1, 1, .number(UInt64(length)), "octets")
    optionParts(code, bytes.extracting(at &+ 2..<at &+ 2 &+ length), at &+ 2, &fields)
    fields.depth -= 1
    at = at &+ 2 &+ length
  }
}

/// What an option says, when one value says it all.
private func optionValue(_ code: UInt8, _ data: Bytes) -> FieldValue {
  switch (code, data.count) {
  case (53, 1): .number(UInt64(data.u8(0)))
  case (1, 4), (50, 4), (54, 4), (28, 4): .address(IPAddress(ipv4: data.u32(0)))
  case (51, 4), (58, 4), (59, 4): .number(UInt64(data.u32(0)))
  case (57, 2), (26, 2): .number(UInt64(data.u16(0)))
  default: .none
  }
}

/// An option's octets by what they are.
private func optionParts(_ code: UInt8, _ data: Bytes, _ at: Int, _ fields: inout Fields) {
  if data.count == 0 { return }
  switch code {
  case 53 where data.count == 1:
    fields.add("type", at: at, 1, .number(UInt64(data.u8(0))), dhcpTypeName(data.u8(0)))
  case 51 where data.count == 4, 58 where data.count == 4, 59 where data.count == 4:
    fields.add("time", at: at, 4, .number(UInt64(data.u32(0))), "seconds")
  case 57 where data.count == 2, 26 where data.count == 2:
    fields.add("size", at: at, 2, .number(UInt64(data.u16(0))), "octets")
  case 1, 3, 4, 5, 6, 7, 28, 42, 44, 50, 54:
    for offset in stride(from: 0, to: data.count &- 3, by: 4) {
      fields.add("address", at: at + offset, 4, .address(IPAddress(ipv4: data.u32(offset))))
    }
  case 12, 15, 17, 56, 60, 66, 67, 252:
    fields.add("text", at: at, data.count, .text)
  case 55:
    for offset in 0..<data.count {
      let wanted = data.u8(offset)
      fields.add("option", at: at + offset, 1, .number(UInt64(wanted)), optionName(wanted))
    }
  case 61 where data.count == 7 && data.u8(0) == 1:
    fields.add("hardware_type", at: at, 1, .number(1), "Ethernet")
    fields.add("hardware_address", at: at + 1, 6, .mac(data.u48(1)))
  default:
    fields.add("data", at: at, data.count, .octets)
  }
}

private func operationName(_ operation: UInt8) -> StaticString {
  operation == 1 ? "request" : operation == 2 ? "reply" : ""
}

/// An option's name (IANA "BOOTP Vendor Extensions and DHCP Options").
private func optionName(_ code: UInt8) -> StaticString {
  switch code {
  case 1: "subnet_mask"
  case 2: "time_offset"
  case 3: "routers"
  case 4: "time_servers"
  case 6: "domain_name_servers"
  case 7: "log_servers"
  case 12: "host_name"
  case 15: "domain_name"
  case 17: "root_path"
  case 26: "interface_mtu"
  case 28: "broadcast_address"
  case 33: "static_routes"
  case 42: "ntp_servers"
  case 43: "vendor_options"
  case 44: "netbios_name_servers"
  case 46: "netbios_node_type"
  case 47: "netbios_scope"
  case 50: "requested_address"
  case 51: "lease_time"
  case 52: "overload"
  case 53: "message_type"
  case 54: "server_identifier"
  case 55: "parameter_request_list"
  case 56: "message"
  case 57: "message_size_max"
  case 58: "renewal_time"
  case 59: "rebinding_time"
  case 60: "vendor_class"
  case 61: "client_identifier"
  case 66: "tftp_server"
  case 67: "boot_file"
  case 77: "user_class"
  case 81: "client_fqdn"
  case 82: "relay_agent"
  case 90: "authentication"
  case 93: "client_architecture"
  case 94: "client_network_interface"
  case 97: "client_machine"
  case 116: "auto_configuration"
  case 119: "domain_search"
  case 121: "classless_static_routes"
  case 252: "proxy_auto_discovery"
  default: "option"
  }
}
