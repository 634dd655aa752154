import { WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import { testRoot } from './noise/test-root.ts'

/** Makes the client in this process trust the root of these test servers instead of WhatsApp's. Test code only. */
export function trustTestRoot(): void {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(testRoot.publicKey)
}
