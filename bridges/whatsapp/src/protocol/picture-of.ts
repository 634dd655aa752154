import { getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys'
import { codeOf } from './disconnect.ts'

export interface Picture {
  /** Another one for another picture. */
  readonly id: string
  readonly url: string
}

/** The picture of somebody or of a group; null where there is none, undefined where there may be one that we may not see. */
export async function pictureOf(socket: WASocket, jid: string): Promise<Picture | null | undefined> {
  const picture = { tag: 'picture', attrs: { type: 'image', query: 'url' } }
  const attrs = { target: jid, to: '@s.whatsapp.net', type: 'get', xmlns: 'w:profile:picture' }
  try {
    const answer = (await socket.query({
      tag: 'iq',
      attrs,
      content: [picture],
    })) as Parameters<typeof getBinaryNodeChild>[0]
    const { id, url } = getBinaryNodeChild(answer, 'picture')?.attrs ?? {}
    return id !== undefined && url !== undefined ? { id, url } : undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === 404) return null
    if (code === 401 || code === 403) return undefined
    throw error
  }
}
