// A pool's findings in sentences: what was seen, and what to do about it.

internal import Flow
internal import Wire

extension OctetBuffer {
  /// The sentence of a finding.
  mutating func write(_ rule: PoolRule, of pool: PoolFigures) {
    switch rule {
    case .deadReuse: deadReuse(pool)
    case .connectionPerRequest: connectionPerRequest(pool)
    case .idlePoolTooSmall:
      write(decimal: pool.closedEarly)
      write(" of ")
      write(decimal: pool.connections)
      write(
        " connections were closed by the client within a second of their last response although they were")
      write(" to stay, and ")
      write(decimal: pool.openedAgain)
      write(
        " times another was opened soon after: raise the number of idle connections that the client keeps")
      write(" per host")
    case .closeWait:
      write(decimal: pool.closeWait)
      write(" connections that the server closed were never closed by the client, the longest for ")
      write(span: pool.closeWaitMost)
      write(": close connections when a read ends, and look for responses that are not read to their end")
    case .timeWait:
      write(decimal: pool.timeWait)
      write(" connections closed by the client stay in TIME_WAIT and take a port each: reuse connections")
    case .headOfLine:
      write("answers of a pipeline waited up to ")
      write(span: pool.headOfLine.most)
      write(" for those before them: send what takes long on a connection of its own")
    case .serverKeepAlive:
      write("the server closes connections that are idle for ")
      write(span: pool.learnedKeepAlive ?? 0)
      write(": the client should close its own sooner")
    }
  }

  private mutating func deadReuse(_ pool: PoolFigures) {
    write(decimal: pool.deadReuse)
    write(pool.deadReuse == 1 ? " request was sent" : " requests were sent")
    write(" on connections that the server had closed")
    if let first = pool.deadReuses.first {
      write(" (")
      if let fin = first.finFrame {
        write("FIN in #")
        write(decimal: fin)
        write(", CLOSE_WAIT for ")
        write(span: first.after)
        write(", ")
      }
      write("request in #")
      write(decimal: first.requestFrame)
      if let reset = first.resetFrame {
        write(", reset in #")
        write(decimal: reset)
      }
      write(")")
    }
    write(": ")
    if let keepAlive = pool.learnedKeepAlive {
      write("shorten the client's idle timeout below the server's ")
      write(span: keepAlive)
    } else {
      write("shorten the client's idle timeout below the server's")
    }
    write(", and let the client look for a FIN before it reuses a connection")
  }

  private mutating func connectionPerRequest(_ pool: PoolFigures) {
    write(decimal: pool.connections)
    write(" connections carried one request each: ")
    if pool.oldVersion * 2 > pool.requests {
      write("the client speaks HTTP/1.0; let it speak HTTP/1.1 or send Connection: keep-alive")
    } else if pool.closeAsked * 2 > pool.requests {
      write("the client asks to close them (Connection: close); let it keep them")
    } else if pool.closeAnswered * 2 > pool.requests {
      write("the server closes them (Connection: close); let it keep them alive")
    } else if pool.clientKeepAlive.count > pool.serverKeepAlive.count {
      write("the client closes them although they were to stay; use one client for all requests, read each")
      write(" response to its end, and keep idle connections")
    } else {
      write("none was used again; use one client for all requests, and read each response to its end")
    }
  }

  /// A span of time in a unit that suits it.
  mutating func write(span nanoseconds: Int64) {
    let time = UInt64(max(0, nanoseconds))
    switch time {
    case ..<1_000_000:
      write(decimal: time / 1000)
      write(" us")
    case ..<1_000_000_000:
      write(decimal: time / 1_000_000)
      write(".")
      write(decimal: time / 100_000 % 10)
      write(" ms")
    default:
      write(decimal: time / 1_000_000_000)
      write(".")
      write(decimal: time / 100_000_000 % 10)
      write(" s")
    }
  }
}
