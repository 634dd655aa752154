import type { IdempotencyKey, LoginStep, TransmitContext } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { startWhatsAppServer, trustTestRoot, type Person, type WhatsAppServer } from '@pons/test/whatsapp'
import { alice, logIn, startAdapterStage, type AdapterStage } from '../../../test/src/network/adapter-stage.ts'
import type { GhostNames } from '../../../test/src/network/recording-host.ts'
import { ghostSuffixOf, userOfGhostSuffix } from '../src/ids.ts'
import { createWhatsAppConnector } from '../src/index.ts'

trustTestRoot()

const ghosts: GhostNames = {
  userIdOf: (user) => `@whatsapp_${ghostSuffixOf(user)}:test` as UserId,
  remoteUserOf: (userId) => userOfGhostSuffix(/^@whatsapp_(.+):test$/.exec(userId)?.[1] ?? ''),
}

export { alice, logIn }
export type Adapter = AdapterStage<WhatsAppServer, Person>

export async function startAdapter(): Promise<Adapter> {
  const server = await startWhatsAppServer()
  return await startAdapterStage({
    server,
    ghosts,
    makeConnector: () =>
      createWhatsAppConnector({
        chats_after_login: 15,
        history_messages: 50,
        max_media_bytes: 1_000_000,
        server: { url: server.url, media_ca: server.mediaCertificate, media_host: server.mediaHost },
      }),
    logIn: async (connector, person: Person) => await logIn(connector, 'qr', [], (step) => scan(server, person, step)),
  })
}

/** The person's phone scans what is shown. */
export function scan(server: WhatsAppServer, person: Person, step: LoginStep): void {
  if (step.kind !== 'display') return
  const done = step.format === 'code' ? server.enterCode(person, step.data) : server.scan(person, step.data)
  // What goes wrong shows in the flow.
  done.catch(() => undefined)
}

export function sending(
  chat: TransmitContext['chat'],
  key: string,
  signal = new AbortController().signal,
): TransmitContext {
  return { chat, key: key as IdempotencyKey, signal }
}
