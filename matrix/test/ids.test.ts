import assert from 'node:assert/strict'

import fc from 'fast-check'

import {
  MatrixError,
  isDeviceId,
  isEventId,
  isMxcUri,
  isRoomAlias,
  isRoomId,
  isServerName,
  isUserId,
  isValidLocalpart,
  localpartOf,
  mxcParts,
  mxcUriOf,
  parseDeviceId,
  parseEventId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseUserId,
  roomAliasOf,
  serverNameOf,
  userIdOf,
  utf8Length,
} from '../src/index.ts'

const server = parseServerName('example.org')
const long = 'x'.repeat(255 - '@:example.org'.length)

const cases: { kind: string; check: (text: unknown) => boolean; accepted: string[]; refused: unknown[] }[] = [
  {
    kind: 'server name',
    check: isServerName,
    accepted: ['matrix.org', 'matrix.org:8888', '1.2.3.4', '1.2.3.4:1234', '[1234:5678::abcd]', '[::1]:5678', 'A-b.c'],
    refused: ['', 'a b', 'a_b', 'a:', 'a:123456', ':80', '[::1', '::1', '1.2.3.256', 'é.org', 'a/b', 'a:80:80', 7],
  },
  {
    kind: 'user id',
    check: isUserId,
    accepted: ['@a:example.org', '@A b!:example.org', '@:example.org', '@é:[::1]:80', `@${long}:example.org`],
    refused: [
      'a:example.org',
      '@a',
      '@a:',
      '@a\0b:example.org',
      '@a:b c',
      `@${long}x:example.org`,
      `@${'é'.repeat(128)}:example.org`,
      '@\ud800:example.org',
      undefined,
      null,
      {},
    ],
  },
  {
    kind: 'room alias',
    check: isRoomAlias,
    accepted: ['#room:example.org', '#irc_#chan:example.org', '#ру:example.org', '#a b:example.org'],
    refused: ['#room', 'room:example.org', '#room:', '#a\0:example.org', `#${long}x:example.org`],
  },
  {
    kind: 'room id',
    check: isRoomId,
    accepted: ['!abc:example.org', '!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM', '!a/b+c:example.org'],
    refused: ['!', '#a:b', '!a:', '!a\0', `!${'x'.repeat(255)}`, ''],
  },
  {
    kind: 'event id',
    check: isEventId,
    accepted: [
      '$abc:example.org',
      '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg',
      '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk',
    ],
    refused: ['$', 'abc', '$a:', `$${'x'.repeat(255)}`],
  },
  {
    kind: 'content uri',
    check: isMxcUri,
    accepted: ['mxc://example.org/AbC-_9', 'mxc://[::1]:80/a'],
    refused: [
      'mxc://example.org',
      'mxc://example.org/',
      'mxc://example.org/../x',
      'mxc://example.org/a/b',
      'mxc:///a',
      'https://a/b',
    ],
  },
  { kind: 'device id', check: isDeviceId, accepted: ['GHTYAJCE', 'a device'], refused: ['', 'a\nb', 'x'.repeat(256)] },
]

describe('ids', () => {
  for (const { kind, check, accepted, refused } of cases) {
    for (const text of accepted) it(`takes ${text.slice(0, 60)} for a ${kind}`, () => assert.equal(check(text), true))
    for (const text of refused) {
      it(`does not take ${JSON.stringify(text)?.slice(0, 60)} for a ${kind}`, () => assert.equal(check(text), false))
    }
  }

  it('throws M_INVALID_PARAM from every parser', () => {
    for (const parse of [
      (text: string) => parseDeviceId(`\n${text}`),
      parseUserId,
      parseRoomId,
      parseEventId,
      parseRoomAlias,
      parseServerName,
      parseMxcUri,
    ]) {
      assert.throws(
        () => parse('nonsense here'),
        (error) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM',
      )
    }
  })

  it('splits ids at the first colon', () => {
    const user = parseUserId('@a.b:example.org:8448')
    assert.equal(localpartOf(user), 'a.b')
    assert.equal(serverNameOf(user), 'example.org:8448')
    assert.equal(serverNameOf(parseRoomId('!abc')), undefined)
    assert.equal(mxcUriOf(server, 'id'), 'mxc://example.org/id')
    assert.deepEqual(mxcParts(parseMxcUri('mxc://example.org/id')), { serverName: 'example.org', mediaId: 'id' })
  })

  it('puts ids together and takes them apart again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (localpart) => {
        fc.pre(!localpart.includes(':') && !localpart.includes('\0'))
        assert.equal(localpartOf(userIdOf(localpart, server)), localpart)
        assert.equal(localpartOf(roomAliasOf(localpart, server)), localpart)
      }),
    )
  })

  it('counts bytes as UTF-8 does', () => {
    const anyText = fc.string({ unit: 'binary' })
    fc.assert(fc.property(anyText, (text) => utf8Length(text) === new TextEncoder().encode(text).length))
    assert.equal(utf8Length('\ud800'), new TextEncoder().encode('\ud800').length)
  })

  it('holds new users to the small alphabet', () => {
    assert.equal(isValidLocalpart('a-z_0=9/x+.'), true)
    for (const localpart of ['', 'A', 'a b', 'é', 'a:b', 'a#']) assert.equal(isValidLocalpart(localpart), false)
  })
})
