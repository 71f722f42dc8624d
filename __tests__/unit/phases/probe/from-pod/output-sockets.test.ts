import { describe, expect, test } from '@jest/globals'
import { socketsTo } from '../../../../../src/phases/probe/from-pod/output.ts'
import fc from '../../../../support/fast-check.ts'

// As the kernel of a node wrote it.
const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n'
const rest = '00000000:00000000 02:000000AB 00000000   999        0 5215 2 0000000000000000 20 0 0 2 -1     \n'
const line = (remote: string, state: string) => `   0: 0A00F40A:9C4E ${remote} ${state} ${rest}`

describe('the table of TCP connections', () => {
  test.each<[string, string, object[]]>([
    ['SYN sent', line('1764600A:18EB', '02'), [{ state: 'connecting', address: '10.96.100.23' }]],
    ['established', line('1764600A:18EB', '01'), [{ state: 'connected', address: '10.96.100.23' }]],
    ['closed by us', line('1764600A:18EB', '06'), []],
    ['a server that listens', line('00000000:0000', '0A'), []],
    ['a different port', line('1764600A:0035', '01'), []],
    ['IPv6', line('000080FE00000000FF005450B6AD1DFE:18EB', '02'), [{ state: 'connecting', address: undefined }]]
  ])('is parsed: %s', (_, table, sockets) => {
    expect(socketsTo(6379, `${head}${table}${head}`)).toEqual(sockets)
  })

  test('is parsed whatever it contains', () => {
    fc.assert(fc.property(fc.string(), (table) => Array.isArray(socketsTo(6379, table))))
  })
})
