import assert from 'node:assert/strict'

import { parseRoomAlias, parseRoomId, parseServerName, parseUserId } from '@pons/matrix'

import { NamespaceIndex, compileNamespaces, generateRegistration } from '../src/index.ts'
import type { GenerateOptions, Registration } from '../src/index.ts'

const serverName = parseServerName('example.org')

function registration(options: Partial<GenerateOptions>, isPrefix = false): Registration {
  const made = generateRegistration({ id: 'irc', senderLocalpart: 'irc_bot', ...options })
  return isPrefix ? { ...made, 'pons.prefix_namespaces': true } : made
}

function users(regex: string, { exclusive = true, isPrefix = false } = {}) {
  return compileNamespaces(registration({ users: [{ regex, exclusive }] }, isPrefix), { serverName })
}

describe('compileNamespaces', () => {
  const cases: [regex: string, userId: string, whole: boolean, prefix: boolean][] = [
    ['@irc_.*', '@irc_x:example.org', true, true],
    ['@irc_.*:example\\.org', '@irc_x:example.org', true, true],
    ['@irc_', '@irc_x:example.org', false, true],
    ['@irc_x:example.or', '@irc_x:example.org', false, true],
    ['irc_.*', '@irc_x:example.org', false, false],
    ['.*irc_.*', '@irc_x:example.org', true, true],
    ['@a|@irc_.*', '@irc_x:example.org', true, true],
    ['@irc_.*|b', '@irc_x:example.org', true, true],
    ['^@irc_.*$', '@irc_x:example.org', true, true],
    ['@irc_[a-z]+:example\\.org', '@irc_x:example.org', true, true],
    ['@irc_[a-z]+:example\\.org', '@irc_1:example.org', false, false],
    ['@IRC_.*', '@irc_x:example.org', false, false],
    ['@irc_.*:example.org$', '@irc_x:example.org.evil.com', false, false],
  ]
  for (const [regex, userId, whole, prefix] of cases) {
    it(`matches ${regex} with ${userId}: ${whole} as a whole, ${prefix} as a prefix`, () => {
      const id = parseUserId(userId)
      assert.equal(users(regex).userMatch(id) !== undefined, whole)
      assert.equal(users(regex, { isPrefix: true }).userMatch(id) !== undefined, prefix)
    })
  }

  it('claims no users of other servers, whatever the pattern', () => {
    const { userMatch } = users('@.*')
    assert.deepEqual(userMatch(parseUserId('@irc_x:example.org')), { exclusive: true })
    for (const id of ['@irc_x:other.org', '@irc_x:example.org:8448', '@irc_x:sub.example.org']) {
      assert.equal(userMatch(parseUserId(id)), undefined)
    }
  })

  it('claims its own sender on this server, and not the same name on another', () => {
    const { userMatch, senderUserId } = users('@irc_x:.*')
    assert.equal(senderUserId, '@irc_bot:example.org')
    assert.deepEqual(userMatch(senderUserId), { exclusive: true })
    assert.equal(userMatch(parseUserId('@irc_bot:other.org')), undefined)
  })

  it('is exclusive as soon as one matching pattern is', () => {
    const both = [
      { regex: '#irc_.*', exclusive: false },
      { regex: '#irc_a.*', exclusive: true },
    ]
    for (const aliases of [both, both.toReversed()]) {
      const { aliasMatch } = compileNamespaces(registration({ aliases }), { serverName })
      assert.deepEqual(aliasMatch(parseRoomAlias('#irc_a:example.org')), { exclusive: true })
      assert.deepEqual(aliasMatch(parseRoomAlias('#irc_b:example.org')), { exclusive: false })
      assert.equal(aliasMatch(parseRoomAlias('#x:example.org')), undefined)
    }
  })

  it('matches aliases of any server, and rooms with and without one', () => {
    const rooms = [{ regex: '!ours.*', exclusive: false }]
    const aliases = [{ regex: '#ours:.*', exclusive: true }]
    const { aliasMatch, roomMatch } = compileNamespaces(registration({ rooms, aliases }), { serverName })
    assert.deepEqual(aliasMatch(parseRoomAlias('#ours:other.org')), { exclusive: true })
    assert.deepEqual(roomMatch(parseRoomId('!ours:example.org')), { exclusive: false })
    assert.deepEqual(roomMatch(parseRoomId('!ours')), { exclusive: false })
    assert.equal(roomMatch(parseRoomId('!other:example.org')), undefined)
  })

  it('takes linear time for a pattern that makes backtracking engines hang', () => {
    const { userMatch } = users('@(a+)+b:.*')
    const started = performance.now()
    for (let i = 0; i < 20; i++) userMatch(parseUserId(`@${'a'.repeat(200)}:example.org`))
    // A backtracking engine needs 2^200 steps; the bound is loose because machines are shared.
    assert(performance.now() - started < 2000)
  })
})

describe('NamespaceIndex', () => {
  const alice = parseUserId('@irc_alice:example.org')

  it('finds owners and the interested while registrations come and go', () => {
    const index = new NamespaceIndex({ serverName })
    index.set(registration({ id: 'irc', users: [{ regex: '@irc_.*', exclusive: true }] }))
    index.set(registration({ id: 'log', senderLocalpart: 'log', users: [{ regex: '@.*', exclusive: false }] }))
    assert.deepEqual(index.interestedInUser(alice), ['irc', 'log'])
    assert.equal(index.ownerOfUser(alice), 'irc')
    assert.equal(index.ownerOfUser(parseUserId('@bob:example.org')), undefined)
    assert.equal(index.ownerOfUser(parseUserId('@log:example.org')), 'log')
    assert.equal(index.delete('irc'), true)
    assert.equal(index.delete('irc'), false)
    assert.deepEqual(index.interestedInUser(alice), ['log'])
    assert.equal(index.ownerOfUser(alice), undefined)
  })

  it('replaces a registration of the same id', () => {
    const index = new NamespaceIndex({ serverName })
    index.set(
      registration({ aliases: [{ regex: '#a:.*', exclusive: true }], rooms: [{ regex: '!r.*', exclusive: true }] }),
    )
    assert.equal(index.ownerOfAlias(parseRoomAlias('#a:example.org')), 'irc')
    assert.deepEqual(index.interestedInRoom(parseRoomId('!r:x')), ['irc'])
    index.set(registration({}))
    assert.deepEqual(index.interestedInAlias(parseRoomAlias('#a:example.org')), [])
    assert.equal(index.get('irc')?.senderUserId, '@irc_bot:example.org')
  })
})
