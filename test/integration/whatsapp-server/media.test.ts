import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { downloadMediaMessage, type AnyMessageContent, type WAMessage } from '@whiskeysockets/baileys'
import type { MediaKind, NewMedia, WhatsAppServer } from '../../src/whatsapp/index.ts'
import { useStage, useWrongdoersStage, type Stage } from './stage.ts'

interface KindOfMedia {
  readonly kind: MediaKind
  readonly mimeType: string
  readonly up: (bytes: Buffer) => AnyMessageContent
}

const kinds: readonly KindOfMedia[] = [
  { kind: 'image', mimeType: 'image/png', up: (image) => ({ image, mimetype: 'image/png', caption: 'seen' }) },
  { kind: 'video', mimeType: 'video/mp4', up: (video) => ({ video, mimetype: 'video/mp4', caption: 'seen' }) },
  { kind: 'audio', mimeType: 'audio/mpeg', up: (audio) => ({ audio, mimetype: 'audio/mpeg', seconds: 3 }) },
  {
    kind: 'voice',
    mimeType: 'audio/ogg; codecs=opus',
    up: (audio) => ({ audio, mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 3 }),
  },
  {
    kind: 'document',
    mimeType: 'application/pdf',
    up: (document) => ({ document, mimetype: 'application/pdf', fileName: 'a file.pdf', caption: 'seen' }),
  },
  { kind: 'sticker', mimeType: 'image/webp', up: (sticker) => ({ sticker, mimetype: 'image/webp' }) },
]
/** Around one and many blocks of the cipher. */
const sizes = [1, 15, 16, 17, 65_536, 1_000_003]

/** The client downloads with `fetch`, which trusts what the process trusts. */
function trustMediaHosts(current: () => { server: WhatsAppServer }): void {
  const trusted = getCACertificates('default')
  before(() => setDefaultCACertificates([...trusted, current().server.mediaCertificate]))
  after(() => setDefaultCACertificates(trusted))
}

async function down({ server, owner, friend, client }: Stage, media: NewMedia): Promise<WAMessage> {
  const { id } = await server.world.sendMedia(friend, owner, media)
  return await client.message(({ key, message }) => key.id === id && Boolean(message), id)
}

async function download(message: WAMessage): Promise<Buffer> {
  return await downloadMediaMessage(message, 'buffer', {})
}

describe('the media host of the WhatsApp server', () => {
  const stage = useStage()
  trustMediaHosts(stage)

  for (const { kind, mimeType, up } of kinds) {
    it(`carries a file as ${kind} down to the client, byte for byte`, async () => {
      for (const size of sizes) {
        const bytes = randomBytes(size)
        const message = await down(stage(), { kind, bytes, mimeType, fileName: 'a file.pdf' })
        assert.ok((await download(message)).equals(bytes), `${size} bytes`)
      }
    })

    it(`carries a file as ${kind} up to the phones, byte for byte`, async () => {
      const { server, owner, friend, client } = stage()
      for (const size of sizes) {
        const bytes = randomBytes(size)
        const { key } = await client.send(friend.lid, up(bytes))
        for (const [phone, chat] of [
          [friend, owner],
          [owner, friend],
        ] as const) {
          const { media } = await server.until(() => phone.seen(chat).find(({ id }) => id === key.id), 'the file')
          assert.ok(media?.bytes.equals(bytes) === true, `${size} bytes`)
          assert.deepEqual([media.kind, media.mimeType], [kind, mimeType])
        }
      }
    })
  }

  it('carries captions and names of files both ways', async () => {
    const { server, owner, friend, client } = stage()
    const about = { mimeType: 'application/pdf', fileName: 'report.pdf', caption: 'as promised' }
    const { message } = await down(stage(), { kind: 'document', bytes: randomBytes(9), ...about })
    const { fileName, caption, mimetype } =
      message?.documentMessage ?? message?.documentWithCaptionMessage?.message?.documentMessage ?? {}
    assert.deepEqual({ mimeType: mimetype, fileName, caption }, about)
    const { key } = await client.send(friend.lid, {
      document: randomBytes(9),
      mimetype: 'application/pdf',
      fileName: 'answer.pdf',
      caption: 'thanks',
    })
    const seen = await server.until(() => friend.seen(owner).find(({ id }) => id === key.id), 'the answer')
    assert.deepEqual([seen.media?.fileName, seen.media?.caption, seen.text], ['answer.pdf', 'thanks', 'thanks'])
  })

  it('carries files to and from a group', async () => {
    const { server, group, friend, third, client } = stage()
    const [bytes, others] = [randomBytes(1000), randomBytes(1000)]
    const { key } = await client.send(group.jid, { image: bytes, mimetype: 'image/png' })
    for (const member of [friend, third]) {
      const { media } = await server.until(() => member.seen(group).find(({ id }) => id === key.id), 'the file')
      assert.ok(media?.bytes.equals(bytes))
    }
    const { id } = await server.world.sendMedia(friend, group, { kind: 'image', bytes: others, mimeType: 'image/png' })
    const message = await client.message((one) => one.key.id === id && Boolean(one.message?.imageMessage), 'the file')
    assert.ok((await download(message)).equals(others))
  })

  for (const code of [404, 410, 500]) {
    it(`answers ${code} to a download when told to, and the file is still there`, async () => {
      const { server } = stage()
      const bytes = randomBytes(100)
      const message = await down(stage(), { kind: 'image', bytes, mimeType: 'image/png' })
      server.faults.onMedia(code)
      await assert.rejects(download(message), (error: Error & { output?: { statusCode?: number } }) => {
        assert.equal(error.output?.statusCode, code)
        return true
      })
      assert.ok((await download(message)).equals(bytes))
    })

    it(`answers ${code} to an upload when told to, and the next one is taken`, async () => {
      const { server, owner, friend, client } = stage()
      const before = friend.seen(owner).length
      server.faults.onMedia(code)
      await assert.rejects(client.send(friend.lid, { image: randomBytes(9), mimetype: 'image/png' }), /upload failed/)
      const { key } = await client.send(friend.lid, { image: randomBytes(9), mimetype: 'image/png' })
      await server.until(() => friend.seen(owner).find(({ id }) => id === key.id), 'the next one')
      assert.equal(friend.seen(owner).length, before + 1)
    })
  }

  it('is trusted by nobody who does not know its certificate', async () => {
    const { client, server } = stage()
    const { hosts } = await client.socket.refreshMediaConn()
    const asked = request(`https://${hosts[0]?.hostname}/v/nothing`, { ca: [] }).end()
    const [error] = (await once(asked, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT')
    const known = request(`https://${hosts[0]?.hostname}/v/nothing`, { ca: server.mediaCertificate }).end()
    const [response] = (await once(known, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 404)
  })
})

describe('uploads to the media host of the WhatsApp server', () => {
  const stage = useWrongdoersStage()
  const body = Buffer.from('some encrypted bytes')
  const hash = createHash('sha256').update(body).digest('base64url')

  async function upload(path: string, auth?: string): Promise<number | undefined> {
    const { client, server } = stage()
    const info = await client.socket.refreshMediaConn()
    const url = `https://${info.hosts[0]?.hostname}${path}?auth=${auth ?? info.auth}`
    const posted = request(url, { method: 'POST', ca: server.mediaCertificate }).end(body)
    const [response] = (await once(posted, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }

  it('are taken under the hash of what is sent', async () => {
    assert.equal(await upload(`/mms/image/${hash}`), 200)
    assert.deepEqual(stage().server.takeViolations(), [])
  })

  it('are taken under its hash with padding, as other clients write it', async () => {
    const padded = createHash('sha256').update(body).digest('base64').replaceAll('+', '-').replaceAll('/', '_')
    assert.ok(padded.endsWith('='))
    assert.equal(await upload(`/mms/image/${padded}`), 200)
    assert.equal(await upload(`/mms/image/${encodeURIComponent(padded)}`), 200)
    assert.deepEqual(stage().server.takeViolations(), [])
  })

  it('are refused under any other hash, and judged', async () => {
    const other = createHash('sha256').update('other bytes').digest('base64url')
    for (const token of [other, hash.slice(0, -4), 'x']) {
      assert.equal(await upload(`/mms/image/${token}`), 400)
      const words = `an upload whose token is not its hash: /mms/image/${token}`
      assert.deepEqual(stage().server.takeViolations(), [words])
    }
  })

  it('are refused at a place that there is not, and judged', async () => {
    for (const path of [`/mms/sticker/${hash}`, `/mms/${hash}`, `/elsewhere/image/${hash}`, '/']) {
      assert.equal(await upload(path), 400)
      assert.equal(stage().server.takeViolations().length, 1)
    }
  })

  it('are refused without the right auth, and judged', async () => {
    assert.equal(await upload(`/mms/image/${hash}`, 'guessed'), 401)
    assert.deepEqual(stage().server.takeViolations(), ['an upload without the right auth'])
  })
})
