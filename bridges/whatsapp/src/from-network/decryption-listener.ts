import type { BridgeHost, Intake } from '@pons/core'
import type { Connection } from '../protocol/connection.ts'
import type { DecryptionListener } from '../protocol/decryption-log.ts'
import type { Messages } from './messages.ts'

export interface DecryptionListenerParts {
  readonly host: Pick<BridgeHost, 'step'>
  readonly connection: Connection
  readonly intake: Intake
  readonly messages: Messages
}

/** What becomes of a message when it is decrypted, before the library says it. */
export function decryptionListener({
  host,
  connection,
  intake,
  messages,
}: DecryptionListenerParts): DecryptionListener {
  return {
    async room() {
      // What the library has decrypted and not said waits in the intake by then: nothing may overtake it.
      connection.flush()
      await intake.room()
    },
    onDecrypted: () => host.step('whatsapp:decrypted'),
    dealingWith: (stanza) => messages.dealingWith(stanza),
  }
}
