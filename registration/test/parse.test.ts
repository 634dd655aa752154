import assert from 'node:assert/strict'

import fc from 'fast-check'

import {
  RegistrationError,
  checkRegistration,
  generateRegistration,
  parseRegistration,
  receivesEphemeral,
  renderRegistration,
} from '../src/index.ts'
import type { Registration } from '../src/index.ts'

const irc = `
id: irc
url: http://localhost:9000/as
as_token: "30c05ae90a248a4188e620216fa72e349803310ec83e2a77b34fe90be6081f46"
hs_token: "312df522183efd404ec1cd22d2ffa4bbc76a8c1ccf541dd692eef281356bb74e"
sender_localpart: _irc_bot
namespaces:
  users:
    - exclusive: true
      regex: "@_irc_bridge_.*"
  aliases:
    - exclusive: false
      regex: "#_irc_bridge_.*"
  rooms: []
rate_limited: false
protocols: [irc]
receive_ephemeral: true
de.sorunome.msc2409.push_ephemeral: true
org.matrix.msc3202: true
io.element.msc4190: true
pons.prefix_namespaces: false
`

function problemsOf(text: string): string[] {
  try {
    parseRegistration(text, 'irc.yaml')
  } catch (error) {
    assert(error instanceof RegistrationError)
    assert.equal(error.source, 'irc.yaml')
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
  return []
}

/** The registration above with one line changed, or taken away. */
function edited(line: RegExp, by = ''): string {
  assert.match(irc, line)
  return irc.replace(line, by)
}

describe('parseRegistration', () => {
  it('reads every field', () => {
    assert.deepEqual(parseRegistration(irc, 'irc.yaml'), {
      id: 'irc',
      url: 'http://localhost:9000/as',
      as_token: '30c05ae90a248a4188e620216fa72e349803310ec83e2a77b34fe90be6081f46',
      hs_token: '312df522183efd404ec1cd22d2ffa4bbc76a8c1ccf541dd692eef281356bb74e',
      sender_localpart: '_irc_bot',
      namespaces: {
        users: [{ exclusive: true, regex: '@_irc_bridge_.*' }],
        aliases: [{ exclusive: false, regex: '#_irc_bridge_.*' }],
        rooms: [],
      },
      rate_limited: false,
      protocols: ['irc'],
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      'org.matrix.msc3202': true,
      'io.element.msc4190': true,
      'pons.prefix_namespaces': false,
    })
  })

  it('fills in the lists of namespaces', () => {
    const { namespaces } = parseRegistration(edited(/namespaces:[\s\S]*rooms: \[\]/, 'namespaces: {}'), 'x')
    assert.deepEqual(namespaces, { users: [], aliases: [], rooms: [] })
  })

  it('reads JSON too', () => {
    const registration = parseRegistration(irc, 'x')
    assert.deepEqual(parseRegistration(JSON.stringify(registration), 'x'), registration)
  })

  it('keeps keys it does not know', () => {
    assert.equal((parseRegistration(`${irc}\ngroup_id: x\n`, 'x') as { group_id?: string }).group_id, 'x')
  })

  it('takes null for a service that wants nothing pushed', () => {
    assert.equal(parseRegistration(edited(/url: .*/, 'url: null'), 'x').url, null)
  })

  const mistakes: [name: string, text: string, problem: RegExp][] = [
    ['no id', edited(/^id:.*/m), /^id: is missing$/],
    ['no url', edited(/url: .*/), /^url: is missing; write null/],
    ['a url that is a number', edited(/url: .*/, 'url: 7'), /^url: must be string or null$/],
    ['a url of another scheme', edited(/url: .*/, 'url: ftp://x/'), /^url: must be an http or https URL/],
    ['a url with a query', edited(/url: .*/, 'url: http://x/?y'), /^url: must have no query/],
    ['a url with a password', edited(/url: .*/, 'url: http://a:b@x/'), /^url: must have no query/],
    ['a token with a blank', edited(/as_token: .*/, 'as_token: "a b"'), /^as_token: may hold only printable/],
    ['an empty token', edited(/hs_token: .*/, 'hs_token: ""'), /^hs_token: must not be empty$/],
    ['a sender with blanks', edited(/_irc_bot/, 'the bot'), /^sender_localpart: may hold only/],
    ['a sender that is a user id', edited(/_irc_bot/, '"@bot:x"'), /^sender_localpart: may hold only/],
    ['no namespaces', edited(/namespaces:[\s\S]*rooms: \[\]/), /^namespaces: is missing$/],
    [
      'namespaces that are a list',
      edited(/namespaces:[\s\S]*rooms: \[\]/, 'namespaces: []'),
      /^namespaces: must be object$/,
    ],
    [
      'no exclusive',
      edited(/exclusive: true\n/, '{}\n').replace('- {}\n      regex', '- regex'),
      /^namespaces\.users\[0\]\.exclusive: is missing$/,
    ],
    ['a switch that is text', edited(/rate_limited: false/, 'rate_limited: "no"'), /^rate_limited: must be boolean$/],
    ['protocols that are no list', edited(/\[irc\]/, 'irc'), /^protocols: must be array$/],
    [
      'a broken pattern',
      edited(/"@_irc_bridge_\.\*"/, '"@[irc"'),
      /^namespaces\.users\[0\]\.regex: not a regular expression.*missing closing \]/,
    ],
    [
      'look-ahead',
      edited(/"@_irc_bridge_\.\*"/, '"@(?!bob).*"'),
      /^namespaces\.users\[0\]\.regex: look-around.*linear time/,
    ],
    ['look-behind', edited(/"#_irc_bridge_\.\*"/, '"#.*(?<!x)"'), /^namespaces\.aliases\[0\]\.regex: look-around/],
    ['a back reference', edited(/"@_irc_bridge_\.\*"/, "'@(a)\\1'"), /^namespaces\.users\[0\]\.regex: back references/],
    ['a huge repeat', edited(/"@_irc_bridge_\.\*"/, '"@(a{999}){999}"'), /invalid repeat count/],
    ['an empty pattern', edited(/"@_irc_bridge_\.\*"/, '""'), /^namespaces\.users\[0\]\.regex: must not be empty$/],
    [
      'a pattern of enormous length',
      edited(/"@_irc_bridge_\.\*"/, `"${'a'.repeat(1001)}"`),
      /^namespaces\.users\[0\]\.regex: /,
    ],
    ['a list', '[]', /^: must be object$/],
    ['nothing', '', /^: must be object$/],
    ['a key twice', `${irc}\nid: x\n`, /^: Map keys must be unique at line/],
    ['something that is not YAML', 'a: [', /^: .* at line 1/],
  ]
  for (const [name, text, problem] of mistakes) {
    it(`refuses ${name}`, () => {
      const problems = problemsOf(text)
      assert.equal(problems.length, 1, problems.join(' | '))
      assert.match(problems[0]!, problem)
    })
  }

  it('tells all mistakes at once, and no token', () => {
    const text = 'id: 7\nurl: x\nas_token: "secret token"\nnamespaces:\n  users: [{regex: "("}, 5]\n  rooms: 3\n'
    const paths = problemsOf(text).map((problem) => problem.split(': ')[0] ?? '')
    assert.deepEqual(
      paths.toSorted((a, b) => (a < b ? -1 : 1)),
      [
        'as_token',
        'hs_token',
        'id',
        'namespaces.rooms',
        'namespaces.users[0].exclusive',
        'namespaces.users[0].regex',
        'namespaces.users[1]',
        'sender_localpart',
        'url',
      ],
    )
    assert.throws(
      () => parseRegistration(text, 'x'),
      (error) => error instanceof Error && !error.message.includes('secret'),
    )
  })

  it('quotes nothing of a text that is not YAML', () => {
    for (const problem of problemsOf('as_token: "secret\nid: [')) assert.doesNotMatch(problem, /secret/)
  })

  it('stops at YAML that multiplies itself', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [i, name] of 'bcdefghi'.split('').entries()) {
      const previous = 'abcdefghi'[i]!
      lines.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join(', ')}]`)
    }
    assert.deepEqual(problemsOf(lines.join('\n')), [': too many YAML aliases'])
  })

  it('answers any text with a registration or a RegistrationError', () => {
    fc.assert(fc.property(fc.string(), (text) => void problemsOf(text)))
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(parseRegistration(irc, 'x'))), fc.jsonValue(), (key, value) => {
        void problemsOf(JSON.stringify({ ...parseRegistration(irc, 'x'), [key]: value }))
      }),
    )
  })
})

describe('generateRegistration', () => {
  const options = {
    id: 'irc',
    url: 'http://localhost:9000',
    senderLocalpart: 'irc_bot',
    users: [{ regex: '@irc_.*:example\\.org', exclusive: true }],
  }

  it('makes what parseRegistration takes, with fresh tokens', () => {
    const one = generateRegistration(options)
    const two = generateRegistration(options)
    assert.deepEqual(parseRegistration(renderRegistration(one), 'x'), one)
    const tokens = new Set([one.as_token, one.hs_token, two.as_token, two.hs_token])
    assert.equal(tokens.size, 4)
    for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{43}$/)
  })

  it('sets the switches that were asked for', () => {
    const plain = generateRegistration({ ...options, receivesEphemeral: false })
    assert.equal(receivesEphemeral(plain), false)
    assert.equal('org.matrix.msc3202' in plain, false)
    const full = generateRegistration({
      ...options,
      url: null,
      hasEncryption: true,
      protocols: ['irc'],
      isRateLimited: true,
    })
    assert.equal(receivesEphemeral(full), true)
    assert.equal(full['org.matrix.msc3202'] && full['io.element.msc4190'], true)
    assert.deepEqual([full.url, full.protocols, full.rate_limited], [null, ['irc'], true])
  })

  it('refuses what parseRegistration refuses', () => {
    assert.throws(() => generateRegistration({ ...options, senderLocalpart: 'A b' }), RegistrationError)
  })

  it('renders what it reads back, whatever the strings', () => {
    const base = generateRegistration(options)
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(text, fc.array(text), (id, protocols) => {
        const registration: Registration = { ...base, id, protocols }
        assert.deepEqual(checkRegistration(parseRegistration(renderRegistration(registration), 'x'), 'x'), registration)
      }),
    )
  })
})

describe('receivesEphemeral', () => {
  it('knows the switch under both names, the new one first', () => {
    const { receive_ephemeral: _, 'de.sorunome.msc2409.push_ephemeral': __, ...base } = parseRegistration(irc, 'x')
    assert.equal(receivesEphemeral(base), false)
    assert.equal(receivesEphemeral({ ...base, 'de.sorunome.msc2409.push_ephemeral': true }), true)
    const both = { ...base, receive_ephemeral: false, 'de.sorunome.msc2409.push_ephemeral': true }
    assert.equal(receivesEphemeral(both), false)
  })
})
