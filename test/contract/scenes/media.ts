import assert from 'node:assert/strict'
import type { LoopbackMediaKind, SeenMessage } from '../../src/loopback/loopback-chat.ts'
import { sampleMedia } from '../../src/loopback/sample-media.ts'
import { isMediaOf } from './said.ts'
import { withMeans, type Play } from './scene.ts'

export function mediaFromNetwork(kind: LoopbackMediaKind): Play {
  return withMeans(['send'], async ({ chat, person, fresh }) => {
    const media = sampleMedia(kind, fresh(kind))
    await chat.send(media)
    const event = await person.see((candidate) => isMediaOf(candidate, chat, media), `the ${kind}`)
    const arrived = Buffer.from(await person.download(String(event.content['url'])))
    assert.ok(arrived.equals(Buffer.from(media.bytes)), 'byte for byte')
    const info = event.content['info'] as Record<string, unknown>
    assert.equal(info['size'], media.bytes.length)
    if (kind === 'voice') assert.ok(event.content['org.matrix.msc3245.voice'], 'a voice message, not a song')
  })
}

export function mediaToNetwork(kind: LoopbackMediaKind): Play {
  return async ({ chat, person, fresh }) => {
    const media = sampleMedia(kind, fresh(kind))
    const url = await person.upload(media.bytes, media.mimeType)
    const msgtype = {
      image: 'm.image',
      video: 'm.video',
      voice: 'm.audio',
      audio: 'm.audio',
      file: 'm.file',
      sticker: '',
    }
    const content = {
      ...(kind !== 'sticker' && { msgtype: msgtype[kind] }),
      body: media.caption ?? media.fileName ?? kind,
      ...(media.fileName !== undefined && { filename: media.fileName }),
      url,
      info: { mimetype: media.mimeType, size: media.bytes.length },
      ...(kind === 'voice' && { 'org.matrix.msc3245.voice': {} }),
    }
    await person.send(chat.roomId, content, kind === 'sticker' ? 'm.sticker' : 'm.room.message')
    const isIt = (message: SeenMessage): boolean =>
      message.media !== undefined && Buffer.from(message.media.bytes).equals(media.bytes)
    const seen = await chat.seeing(isIt, `the ${kind}`)
    assert.equal(seen.media?.caption ?? '', media.caption ?? '')
  }
}
