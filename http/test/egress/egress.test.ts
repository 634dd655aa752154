import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type LookupFunction, type Server } from 'node:net'
import { addressKind, createEgress, parseNetwork, type EgressOptions, type EgressPolicy } from '@pons/http'

describe('one way out of the process', () => {
  for (const [kind, addresses] of [
    ['public', ['1.1.1.1', '9.255.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::101:101']],
    ['public', ['2002:0101:0101::1', '::ffff:8.8.8.8', '2001:200::1']],
    ['loopback', ['127.0.0.1', '127.255.0.3', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1']],
    ['loopback', ['64:ff9b::7f00:1', '2002:7f00:1::', '::ffff:0:127.0.0.1', '0:0:0:0:0:0:0:1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1']],
    ['private', ['::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::169.254.169.254', '2002:a00:1::1', 'fe80::1%eth0']],
    ['private', ['fc00::1', 'fdff::1', 'febf::1', 'fec0::1', '198.18.0.1', '64:ff9b:1::1', 'FE80::1']],
    ['reserved', ['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', 'ff02::1']],
    ['reserved', ['2001:db8::1', '2001::1', '::ffff:0.0.0.0', '64:ff9b::ffff:ffff', '2002:e000:1::', 'localhost', '']],
  ] as const) {
    it(`knows ${addresses.join(', ')} as ${kind}`, () => {
      for (const address of addresses) assert.equal(addressKind(address), kind, address)
    })
  }

  const isOpen = (egress: EgressPolicy['forOthers'], address: string): boolean => {
    try {
      egress.check(address)
      return true
    } catch (error) {
      assert.equal((error as Error).name, 'EgressRefused')
      return false
    }
  }

  for (const { title, options, others, operator } of [
    { title: 'loopback where it is allowed', options: {}, others: ['127.0.0.1', '[::1]', '1.1.1.1'], operator: [] },
    { title: 'the own network for the operator only', options: {}, others: [], operator: ['10.0.0.1', 'fc00::1'] },
    { title: '0.0.0.0 for the operator only', options: {}, others: [], operator: ['0.0.0.0', '[::]'] },
    {
      title: 'a network that is allowed',
      options: { allow: ['10.1.0.0/16', 'fd00::/8'] },
      others: ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1'],
      operator: ['10.2.0.1', 'fc00::1'],
    },
  ] as { title: string; options: EgressOptions; others: string[]; operator: string[] }[]) {
    it(`leads to ${title}`, () => {
      const { forOthers, forOperator } = createEgress(options)
      for (const address of others) assert.ok(isOpen(forOthers, address), address)
      for (const address of operator) {
        assert.ok(!isOpen(forOthers, address), address)
        assert.ok(isOpen(forOperator, address), address)
      }
    })
  }

  it('leads nowhere on this machine when that is not allowed, whoever asks and however it is written', () => {
    const { forOthers, forOperator } = createEgress({ allowLoopback: false })
    const spellings = ['127.0.0.1', '127.9.9.9', '[::1]', '::ffff:127.0.0.1', '::ffff:7f00:1', '0.0.0.0', '::']
    spellings.push('0:0:0:0:0:0:0:0', '0::0', '::ffff:0.0.0.0', '::ffff:0:0', '64:ff9b::', '64:ff9b::127.0.0.1')
    for (const address of spellings) {
      assert.ok(!isOpen(forOthers, address), address)
      assert.ok(!isOpen(forOperator, address), address)
    }
  })

  it('leads to no network that is denied, whoever asks', () => {
    const { forOthers, forOperator } = createEgress({ deny: ['1.1.1.0/24'], allow: ['1.1.1.1'] })
    for (const egress of [forOthers, forOperator]) {
      assert.ok(!isOpen(egress, '1.1.1.1'))
      for (const form of ['::ffff:1.1.1.1', '::ffff:101:101', '64:ff9b::1.1.1.1', '2002:101:101::9', '::1.1.1.1'])
        assert.ok(!isOpen(egress, form), form)
      assert.ok(isOpen(egress, '1.1.2.1'))
    }
  })

  it('refuses networks that are none', () => {
    for (const text of ['10.0.0.0/33', 'example.org', '10.0.0/8', ''])
      assert.throws(() => parseNetwork(text), RangeError)
  })

  describe('by name', () => {
    let server: Server
    let connections = 0

    before(async () => {
      server = createServer((socket) => {
        connections++
        socket.destroy()
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
    })
    after(() => void server.close())

    /** A resolver that answers as it is told, another time each time. */
    const resolving = (...answers: string[][]): NonNullable<EgressOptions['resolve']> => {
      let asked = 0
      const resolve = (_: string, __: object, done: (error: null, found: object[]) => void): void => {
        const answer = answers[Math.min(asked++, answers.length - 1)] ?? []
        done(
          null,
          answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )
      }
      return resolve as unknown as NonNullable<EgressOptions['resolve']>
    }

    async function reach(lookup: LookupFunction, host = 'example.org'): Promise<string> {
      const { port } = server.address() as AddressInfo
      const socket = connect({ host, port, lookup })
      return await new Promise((done) => {
        socket.once('connect', () => done('reached'))
        socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
      }).then((answer) => {
        socket.destroy()
        return answer as string
      })
    }

    it('connects to the very address that was judged, not to what the name says a moment later', async () => {
      connections = 0
      const { forOthers } = createEgress({ allowLoopback: false, resolve: resolving(['127.0.0.1'], ['1.1.1.1']) })
      assert.equal(await reach(forOthers.lookup), 'EGRESS_REFUSED')
      const allowing = createEgress({ resolve: resolving(['127.0.0.1'], ['10.0.0.1']) })
      assert.equal(await reach(allowing.forOthers.lookup), 'reached')
      assert.equal(connections, 1)
    })

    for (const answer of [['10.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::ffff:169.254.169.254'], []]) {
      it(`goes nowhere when a name stands for ${answer.join(' and ') || 'nothing'}`, async () => {
        const { forOthers } = createEgress({ resolve: resolving(answer) })
        assert.equal(await reach(forOthers.lookup), 'EGRESS_REFUSED')
      })
    }

    for (const name of ['localhost', '127.1', '2130706433', '0x7f.1']) {
      it(`knows ${name} as this machine`, async () => {
        connections = 0
        const { forOthers } = createEgress({ allowLoopback: false })
        assert.notEqual(await reach(forOthers.lookup, name), 'reached')
        assert.equal(connections, 0)
      })
    }
  })
})
