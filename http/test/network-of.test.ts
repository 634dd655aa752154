import assert from 'node:assert/strict'
import { isThisMachine, networkOf } from '../src/index.ts'

const cases = [
  { address: '192.0.2.7', network: '192.0.2.7' },
  { address: '::ffff:192.0.2.7', network: '192.0.2.7' },
  { address: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' },
  { address: '2001:db8:1:2::6', network: '2001:db8:1:2::/64' },
  { address: '2001:db8::1', network: '2001:db8:0:0::/64' },
  { address: '2001:db8::2', network: '2001:db8:0:0::/64' },
  { address: '::1', network: '0:0:0:0::/64' },
] as const

describe('what a client is told apart by', () => {
  for (const { address, network } of cases) {
    it(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network))
  }

  it('knows this machine', () => {
    for (const address of [undefined, '127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) {
      assert.ok(isThisMachine(address), address)
    }
    for (const address of ['192.0.2.1', '2001:db8::1', '::ffff:10.0.0.1']) assert.ok(!isThisMachine(address), address)
  })
})
