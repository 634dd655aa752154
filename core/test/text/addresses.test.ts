import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addressesIn } from '../../src/text/addresses.ts'
import { fromMatrix } from '../../src/document/from-matrix.ts'
import { toMatrix } from '../../src/document/to-matrix.ts'
import { plainText } from '../../src/document/plain-text.ts'
import type { Inline } from '../../src/document/document.ts'
import { anyAddress } from '../../../test/src/any-address.ts'

const found = (text: string): string[] => addressesIn(text).map(({ from, to }) => text.slice(from, to))

describe('an address is one word', () => {
  for (const [text, ...addresses] of [
    ['see https://people.example.org/~ada/ now', 'https://people.example.org/~ada/'],
    ['(https://x.example/Mercury_(planet)_in_fiction)', 'https://x.example/Mercury_(planet)_in_fiction'],
    ['https://x.example/docs/_static/_images/a.png.', 'https://x.example/docs/_static/_images/a.png'],
    ['ircs://irc.example.net:6697/#chan, then', 'ircs://irc.example.net:6697/#chan'],
    ['_ada_@example.org', '_ada_@example.org'],
    ['_ada@example.org_', 'ada@example.org'],
    ['write to first_last@example.org!', 'first_last@example.org'],
    ['mailto:a_b@example.org', 'mailto:a_b@example.org'],
    ['*example.org*', 'example.org'],
    ['www.example.org/_a_', 'www.example.org/_a_'],
    ['bücher.example/a_b_', 'bücher.example/a_b_'],
    ['192.0.2.7:8080/_a_/_b_', '192.0.2.7:8080/_a_/_b_'],
    ['192.0.2.7/~a~', '192.0.2.7/~a~'],
    ['on localhost:8008/_a_/_b_, or [2001:db8::1]:80/_a_', 'localhost:8008/_a_/_b_', '[2001:db8::1]:80/_a_'],
    ['homeserver:8008/_matrix/_x_', 'homeserver:8008/_matrix/_x_'],
    ['_matrix._tcp.example.org', '_matrix._tcp.example.org'],
    ['selector._domainkey.example.org', 'selector._domainkey.example.org'],
    ['a_b_c.example.org/x', 'a_b_c.example.org/x'],
    ['_example.org is_', 'example.org'],
    ['example.org?x=_a_&y=_b_', 'example.org?x=_a_&y=_b_'],
    ['example.org./_a_/', 'example.org./_a_/'],
    ['#_net_#chan_x_:example.org and @_a_:example.org:8448.', '#_net_#chan_x_:example.org', '@_a_:example.org:8448'],
    ['(!_a_b_:example.org)', '!_a_b_:example.org'],
    ['git@example.org:_a_/_b_.git', 'git@example.org:_a_/_b_.git'],
    ['ada@example.org,_ben_@example.org;cy@localhost', 'ada@example.org', '_ben_@example.org', 'cy@localhost'],
    ['见https://x.example/_a_，然后', 'https://x.example/_a_，然后'],
    ['（https://x.example/_a_）。', 'https://x.example/_a_'],
    ['data:text/plain,_a_ skype:_a_', 'data:text/plain,_a_', 'skype:_a_'],
    ['archive.example.org/web/2020/https://x.example/_a_ is', 'archive.example.org/web/2020/https://x.example/_a_'],
    ['example.org/a://z', 'example.org/a://z'],
    ['localhost:8008/?to=https://x.example/_a_', 'localhost:8008/?to=https://x.example/_a_'],
    ['[::1]/https://x.example/_a_', '[::1]/https://x.example/_a_'],
    ['example.org,https://x.example/_a_', 'example.org', 'https://x.example/_a_'],
    ['my_module.func_name'],
    ['well:done. note: this/that 10:30/11:30 1.2.3'],
    ['a, b.'],
    ['__init__.py'],
    ['1.5 and 2*3*4'],
    ['12:30'],
  ] as [string, ...string[]][]) {
    it(`finds ${addresses.join() || 'none'} in ${JSON.stringify(text)}`, () => assert.deepEqual(found(text), addresses))
  }

  it('finds any, with words around it', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        assert.deepEqual(found(`so ${address} it is`), [address])
        assert.deepEqual(found(`so <${address}>, and ${address}.`), [address, address])
        if (!/[()]/.test(address)) assert.deepEqual(found(`it is (${address}).`), [address])
      }),
      { numRuns: 1000 },
    )
  })

  it('is cut by no mark on its way to Matrix or from it', () => {
    fc.assert(
      fc.property(anyAddress, fc.nat(), fc.nat(), (address, one, other) => {
        const [from = 0, to = 0] = [one % address.length, other % address.length].toSorted((a, b) => a - b)
        const children: Inline[] = [
          { type: 'text', text: `so ${address.slice(0, from)}` },
          { type: 'text', text: address.slice(from, to), marks: { bold: true } },
          { type: 'text', text: `${address.slice(to)} it is` },
        ]
        fc.pre(from < to && addressesIn(address)[0]?.isSure === true)
        const content = toMatrix({ kind: 'text', blocks: [{ type: 'paragraph', children }] })
        assert.equal(content['body'], `so ${address} it is`)
        assert.ok(!String(content['formatted_body']).includes('<strong>'), String(content['formatted_body']))
        assert.equal(plainText(fromMatrix('m.room.message', content)), content['body'])
      }),
    )
    const html = 'see https://x.example/<em>static</em>/a and <b>https://y.example/a</b>'
    const { blocks } = fromMatrix('m.room.message', {
      msgtype: 'm.text',
      body: '',
      format: 'org.matrix.custom.html',
      formatted_body: html,
    })
    assert.deepEqual(blocks, [
      {
        type: 'paragraph',
        children: [
          { type: 'text', text: 'see https://x.example/static/a and ' },
          { type: 'text', text: 'https://y.example/a', marks: { bold: true } },
        ],
      },
    ])
  })

  it('takes no time over words that are nearly one', () => {
    for (const piece of ['a.', 'a-', '_', ')', 'a@', 'a://', 'a+', '.:@', 'x.y', '[::', '[a', 'a_', '@a:', '._'])
      assert.ok(addressesIn(piece.repeat(8000)).length <= 1)
    assert.equal(addressesIn('x.yz '.repeat(20_000)).length, 20_000)
  })
})
