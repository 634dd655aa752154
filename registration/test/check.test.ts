import assert from 'node:assert/strict'

import { parseServerName } from '@pons/matrix'
import fc from 'fast-check'

import { RegistrationError, checkRegistrations, compilePattern, generateRegistration } from '../src/index.ts'
import type { NamespaceKind, Registration } from '../src/index.ts'

const serverName = parseServerName('example.org')
let made = 0

function withNamespace(kind: NamespaceKind, regex: string, more: { exclusive?: boolean; isPrefix?: boolean } = {}) {
  const number = ++made
  const registration = generateRegistration({
    id: `service-${number}`,
    senderLocalpart: `bot${number}`,
    [kind]: [{ regex, exclusive: more.exclusive ?? true }],
  })
  return more.isPrefix ? { ...registration, 'pons.prefix_namespaces': true } : registration
}

function problemsOf(registrations: Registration[], options = { serverName }): string[] {
  try {
    checkRegistrations(registrations, options)
  } catch (error) {
    assert(error instanceof RegistrationError)
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
  return []
}

function overlap(a: string, b: string, kind: NamespaceKind = 'users'): boolean {
  return problemsOf([withNamespace(kind, a), withNamespace(kind, b)]).length > 0
}

describe('checkRegistrations', () => {
  it('takes services that keep apart', () => {
    const list = ['@irc_.*', '@telegram_.*', '@whatsapp_.*'].map((regex) => withNamespace('users', regex))
    assert.deepEqual(problemsOf(list), [])
  })

  for (const key of ['id', 'as_token', 'hs_token', 'sender_localpart'] as const) {
    it(`refuses the same ${key} twice, without telling tokens`, () => {
      const [a, b] = [withNamespace('users', '@a'), withNamespace('users', '@b')]
      const problems = problemsOf([a, { ...b, [key]: a[key] }])
      assert.match(problems[0]!, new RegExp(`\\.${key}: is that of ${a.id} too`))
      for (const problem of problems) assert(!problem.includes(a.as_token) && !problem.includes(a.hs_token))
    })
  }

  const overlapping: [string, string][] = [
    ['@irc_.*', '@irc_.*'],
    ['@irc_.*', '@irc_libera_.*'],
    ['@.*', '@irc_x:example\\.org'],
    ['@.*_bot:example.org', '@irc_.*'],
    ['@[a-m]+:.*', '@[m-z]+:.*'],
    ['@(irc|xmpp)_.*', '@(?:slack|xmpp)_.*'],
    ['@a{2,4}:.*', '@a{4}:.*'],
    ['@(ab)+:.*', '@(abab)+:.*'],
    ['@\\w+:.*', '@x\\d:.*'],
    ['@[^:]*:example\\.org', '@irc.*'],
    ['.*', '@a:example\\.org'],
    ['^@a.*$', '@ab.*'],
    ['@é.*', '@.x?:example\\.org'],
  ]
  for (const [a, b] of overlapping) {
    it(`refuses ${a} beside ${b}`, () => {
      assert.equal(overlap(a, b), true)
      assert.equal(overlap(b, a), true)
    })
  }

  const apart: [string, string][] = [
    ['@irc_.*', '@ircx_.*'],
    ['@[a-m]+:.*', '@[n-z]+:.*'],
    ['@a{2,4}:.*', '@a{5}:.*'],
    ['@(aa)+:.*', '@a(aa)*:.*'],
    ['@irc_.*:example\\.org', '@irc_.*:other\\.org'],
    ['@x\\d:.*', '@x\\D:.*'],
    ['@a', '@a.*'],
    ['#.*', '@irc.*'],
    ['@i.*:example\\.org\\.evil', '@i.*'],
  ]
  for (const [a, b] of apart) {
    it(`takes ${a} beside ${b}`, () => {
      assert.equal(overlap(a, b), false)
      assert.equal(overlap(b, a), false)
    })
  }

  it('names the id that both claim, and both places', () => {
    const [a, b] = [withNamespace('aliases', '#irc_.*'), withNamespace('aliases', '#.*_room:.*')]
    const [problem] = problemsOf([a, b])
    assert.match(
      problem!,
      new RegExp(`^${b.id}\\.namespaces\\.aliases\\[0\\]\\.regex: claims #irc_[^ ]*room:\\S+ exclusively`),
    )
    assert.match(
      problem!,
      new RegExp(`so does ${a.id}\\.namespaces\\.aliases\\[0\\]\\.regex; narrow .* or set exclusive: false`),
    )
  })

  it('keeps aliases and rooms apart too', () => {
    assert.equal(overlap('#a.*', '#ab.*', 'aliases'), true)
    assert.equal(overlap('!a.*', '!ab', 'rooms'), true)
    assert.equal(overlap('!a.*', '!b.*', 'rooms'), false)
  })

  it('minds only exclusive claims, and not those within one service', () => {
    assert.deepEqual(
      problemsOf([withNamespace('users', '@a.*'), withNamespace('users', '@a.*', { exclusive: false })]),
      [],
    )
    const twice = withNamespace('users', '@a.*')
    twice.namespaces.users.push({ regex: '@ab.*', exclusive: true })
    assert.deepEqual(problemsOf([twice]), [])
  })

  it('reads prefix patterns as such', () => {
    const [a, b] = [withNamespace('users', '@irc', { isPrefix: true }), withNamespace('users', '@irc_.*')]
    assert.equal(problemsOf([a, b]).length, 1)
    const anchored = withNamespace('users', '@irc$', { isPrefix: true })
    assert.deepEqual(problemsOf([anchored, b]), [])
  })

  it("counts a service's sender as its own", () => {
    const [a, b] = [withNamespace('users', '@bridge_.*'), withNamespace('users', '@x')]
    const problems = problemsOf([a, { ...b, sender_localpart: 'bridge_bot' }])
    assert.match(problems[0]!, /sender_localpart: claims @bridge_bot:example\.org exclusively/)
  })

  it('finds overlaps between servers when it does not know its own', () => {
    const list = [withNamespace('users', '@a.*:other\\.org'), withNamespace('users', '@ab:.*')]
    assert.deepEqual(problemsOf(list), [])
    assert.throws(() => checkRegistrations(list), RegistrationError)
  })

  it('probes patterns that it cannot read', () => {
    assert.equal(overlap('(?i)@IRC_.*', '@irc_a.*'), true)
    assert.equal(overlap('(?i)@IRC_.*', '(?i)@IRC_.*:EXAMPLE\\.ORG'), false)
    assert.equal(overlap('(?i)@xmpp_.*', '@irc_.*'), false)
  })

  it('survives patterns that blow up', () => {
    assert.equal(overlap('@(((a{10}){10}){10})*b:.*', '@c.*'), false)
    assert.equal(overlap('@(a?){400}a{400}:.*', '@(a?){399}a{400}:.*'), true)
  }).timeout(10_000)

  it('finds an overlap whenever an id shows that there is one', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(?:a|bb)', '\\w', '(ab)?', 'a*', 'b+?', 'a{1,2}')
    const pattern = fc.array(atom, { minLength: 1, maxLength: 5 }).map((atoms) => `@${atoms.join('')}:.*`)
    const localpart = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(pattern, pattern, fc.array(localpart, { minLength: 30, maxLength: 30 }), (a, b, localparts) => {
        const isShared = localparts.some((text) => {
          const id = `@${text}:example.org`
          return compilePattern(a, false).test(id) && compilePattern(b, false).test(id)
        })
        assert(!isShared || overlap(a, b))
      }),
    )
  })
})
