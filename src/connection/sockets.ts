/** A TCP connection to a port, as far as it got; the address is that of the other side, where it is an IPv4 one. */
export interface Socket {
  state: 'connecting' | 'connected'
  address: string | undefined
}

const states: Record<string, Socket['state']> = { '01': 'connected', '02': 'connecting' }

/** The connections to a port in the tables /proc/net/tcp and tcp6 of Linux (proc(5)). */
export function socketsTo(port: number, tables: string): Socket[] {
  const line = /^ *\d+: [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) /gm
  return [...tables.matchAll(line)].flatMap(([, address = '', remotePort = '', code = '']) => {
    const state = states[code]
    if (state === undefined || Number.parseInt(remotePort, 16) !== port) return []
    return [{ state, address: address.length === 8 ? ipv4(address) : undefined }]
  })
}

/** The kernel writes the four bytes as one number, which the machines that run Kubernetes begin with the lowest. */
function ipv4(hex: string): string {
  return [...Buffer.from(hex, 'hex')].reverse().join('.')
}
