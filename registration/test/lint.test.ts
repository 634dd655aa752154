import assert from 'node:assert/strict'

import { parseServerName } from '@pons/matrix'

import { generateRegistration, lintRegistration } from '../src/index.ts'
import type { GenerateOptions, Registration } from '../src/index.ts'

const serverName = parseServerName('example.org')

function registration(options: Partial<GenerateOptions> = {}, more: Partial<Registration> = {}): Registration {
  return { ...generateRegistration({ id: 'irc', senderLocalpart: 'irc_bot', ...options }), ...more }
}

function user(regex: string, exclusive = true): Partial<GenerateOptions> {
  return { users: [{ regex, exclusive }] }
}

const cases: { name: string; given: Registration; warnings: RegExp[] }[] = [
  { name: 'nothing of a usual bridge', given: registration(user('@irc_.*:example\\.org')), warnings: [] },
  {
    name: 'an exclusive claim on everybody',
    given: registration(user('@.*')),
    warnings: [/too broad.*@alice:example\.org.*nobody else/],
  },
  {
    name: 'an interest in everybody',
    given: registration(user('@.*', false)),
    warnings: [/too broad.*told about all/],
  },
  { name: 'a claim on short names', given: registration(user('@[a-z]:.*')), warnings: [/too broad.*@x:example\.org/] },
  {
    name: 'broad aliases and rooms',
    given: registration({ aliases: [{ regex: '#.*', exclusive: true }], rooms: [{ regex: '!.*', exclusive: false }] }),
    warnings: [/^namespaces\.aliases\[0\]\.regex.*too broad/, /^namespaces\.rooms\[0\]\.regex.*too broad/],
  },
  {
    name: 'a pattern without wildcard',
    given: registration(user('@irc_')),
    warnings: [/match none of the users.*pons\.prefix_namespaces/],
  },
  {
    name: 'no such pattern where prefixes count',
    given: registration(user('@irc_'), { 'pons.prefix_namespaces': true }),
    warnings: [],
  },
  { name: 'a pattern for another server', given: registration(user('@irc_.*:other\\.org')), warnings: [/match none/] },
  { name: 'a pattern without sigil', given: registration(user('irc_.*')), warnings: [/match none/] },
  { name: 'a pattern it cannot read', given: registration(user('(?i)@irc_.*')), warnings: [/overlaps/] },
  {
    name: 'an unencrypted url to elsewhere',
    given: registration({ url: 'http://bridge.example.org/' }),
    warnings: [/^url/],
  },
  { name: 'no url on this host', given: registration({ url: 'http://127.0.0.1:9000' }), warnings: [] },
  { name: 'no encrypted url', given: registration({ url: 'https://bridge.example.org/' }), warnings: [] },
  { name: 'a short token', given: registration({}, { as_token: 'secret' }), warnings: [/^as_token.*short/] },
  {
    name: 'one token for both directions',
    given: registration({}, { as_token: 'x'.repeat(43), hs_token: 'x'.repeat(43) }),
    warnings: [/^hs_token.*differ/],
  },
  {
    name: 'a key nobody reads',
    given: registration({}, { ip_range_whitelist: [] } as Partial<Registration>),
    warnings: [/^ip_range_whitelist.*not known/],
  },
]

describe('lintRegistration', () => {
  for (const { name, given, warnings } of cases) {
    it(`warns of ${name}`, () => {
      const found = lintRegistration(given, { serverName }).map(({ path, message }) => `${path}: ${message}`)
      assert.equal(found.length, warnings.length, found.join(' | '))
      for (const [i, warning] of warnings.entries()) assert.match(found[i]!, warning)
    })
  }
})
