import assert from 'node:assert/strict'
import { systemClock } from '@pons/core'
import type { DispatchRequest } from '@pons/http'
import { MediaLinks, type AskedMedia } from '../../src/matrix-side/media-links.ts'
import { onEveryEngine } from '../support.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const mxc = 'mxc://far.test/abc_DEF-1'
/** The present of the links under test. */
let nowMs = 1_700_000_000_000
const asked: DispatchRequest[] = []
const links = linksOf('token of the bridge')

function linksOf(asToken: string): MediaLinks {
  return new MediaLinks({
    asToken,
    baseUrl: 'https://pons.test/irc/',
    ttlMs: 48 * hourMs,
    clock: { ...systemClock, now: () => nowMs },
    async dispatch(request) {
      asked.push(request)
      const headers = { 'content-type': 'text/html', 'content-length': '4' }
      return { status: 200, headers, body: new TextEncoder().encode('<hi>') }
    },
  })
}

function partsOf(link: string | undefined): AskedMedia {
  const [, serverName = '', mediaId = '', until = '', signature = '', fileName] =
    /^https:\/\/pons\.test\/irc\/_pons\/media\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(link ?? '') ?? []
  return {
    serverName,
    mediaId,
    until,
    signature,
    ...(fileName !== undefined && { fileName: decodeURIComponent(fileName) }),
  }
}

describe('links to media for people without an account', () => {
  beforeEach(() => {
    nowMs = 1_700_000_000_000
    asked.length = 0
  })

  it('are handed out with the right of the bridge, and never as a page of its origin', async () => {
    const parts = partsOf(links.linkTo(mxc, 'a page / "x".html'))
    assert.equal(parts.fileName, 'a page / "x".html')
    const { status, headers } = await links.fetch(parts)
    assert.equal(status, 200)
    assert.equal(asked[0]?.url, '/_matrix/client/v1/media/download/far.test/abc_DEF-1')
    assert.equal(asked[0]?.headers['authorization'], 'Bearer token of the bridge')
    assert.match(headers['content-disposition'] ?? '', /^attachment; filename\*=utf-8''a%20page%20%2F%20%22x%22\.html$/)
    assert.match(headers['content-security-policy'] ?? '', /^sandbox;/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['content-length'], '4')
  })

  it('lead to nothing but what was bridged: each part is signed, and by this bridge', async () => {
    const good = partsOf(links.linkTo(mxc, 'name.png'))
    const wrong: Partial<AskedMedia>[] = [
      { serverName: 'other.test' },
      { mediaId: 'abc_DEF-2' },
      { until: (Number.parseInt(good.until, 36) + 1).toString(36) },
      { signature: '' },
      { signature: `${good.signature.slice(0, -1)}_` },
      { signature: partsOf(linksOf('token of another').linkTo(mxc, 'name.png')).signature },
      { fileName: 'other.html' },
    ]
    for (const change of wrong) await assert.rejects(links.fetch({ ...good, ...change }), { errcode: 'M_NOT_FOUND' })
    const { fileName: _, ...unnamed } = good
    await assert.rejects(links.fetch(unnamed), { errcode: 'M_NOT_FOUND' })
    assert.deepEqual(asked, [])
    assert.equal((await links.fetch(good)).status, 200)
  })

  it('are good for the time of the setting, and at most a day longer', async () => {
    const parts = partsOf(links.linkTo(mxc))
    nowMs += 48 * hourMs
    assert.equal((await links.fetch(parts)).status, 200)
    nowMs += dayMs + 1
    await assert.rejects(links.fetch(parts), { errcode: 'M_NOT_FOUND' })
  })

  it('are none where nothing could be fetched, and have no name that is too long for one', () => {
    for (const uri of ['https://far.test/abc', 'mxc://far.test', 'mxc://far.test/a/b', 'mxc://far.test/a%2Fb'])
      assert.equal(links.linkTo(uri), undefined, uri)
    assert.equal(partsOf(links.linkTo(mxc, 'é'.repeat(128))).fileName, undefined)
    assert.equal(partsOf(links.linkTo(mxc, 'é'.repeat(127))).fileName?.length, 127)
  })
})

onEveryEngine('a bridge that hands out media', (open) => {
  it('gives a link that opens without a token, and says what became of it', async () => {
    await using stage = await open({ mediaBaseUrl: 'http://bridge.test/sim' })
    const alice = await stage.person('alice')
    const uri = await alice.upload(new TextEncoder().encode('a picture'), 'image/png')
    const link = stage.network.host.mediaLink(uri, 'picture.png') ?? ''
    assert.ok(link.startsWith('http://bridge.test/sim/_pons/media/test.local/'), link)
    const get = (url: string) =>
      stage
        .bridge()
        .appservice.dispatch({ method: 'GET', url: url.slice('http://bridge.test/sim'.length), headers: {} })
    const { status, headers, body } = await get(link)
    assert.equal(status, 200)
    assert.equal(new TextDecoder().decode(body as Uint8Array), 'a picture')
    assert.equal(headers['content-type'], 'image/png')
    assert.match(headers['content-disposition'] ?? '', /^inline; /)
    assert.equal((await get(stage.network.host.mediaLink('mxc://test.local/never-there') ?? '')).status, 404)
    assert.equal((await get(link.replace('picture.png', 'other.png'))).status, 404)
    await stage.restartBridge()
    assert.equal((await get(link)).status, 200)
  })

  it('has none to give where nobody said where it is reached', async () => {
    await using stage = await open()
    assert.equal(stage.network.host.mediaLink('mxc://test.local/abc'), undefined)
    const url = '/_pons/media/test.local/abc/zz/signature'
    assert.equal((await stage.bridge().appservice.dispatch({ method: 'GET', url, headers: {} })).status, 404)
  })
})
