import { getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys'

/** A group's picture; undefined takes it away. Returns the id of the new one. */
export async function setGroupPicture(
  socket: WASocket,
  jid: string,
  jpeg: Uint8Array | undefined,
): Promise<string | undefined> {
  const content = jpeg === undefined ? [] : [{ tag: 'picture', attrs: { type: 'image' }, content: jpeg }]
  const answer = (await socket.query({
    tag: 'iq',
    attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'w:profile:picture', target: jid },
    content,
  })) as Parameters<typeof getBinaryNodeChild>[0]
  return getBinaryNodeChild(answer, 'picture')?.attrs['id']
}
