import { proto } from '@whiskeysockets/baileys'
import { newKeyPair, sign, type KeyPair } from '../signal/keys.ts'

export interface ChainOptions {
  readonly root: KeyPair
  /** The key that the server shows in the handshake. */
  readonly serverKey: KeyPair
}

const daySeconds = 86_400

/** Root, intermediate, leaf. The issuer's serial is written although it is 0: a client compares with the number itself. */
export function certificateChain({ root, serverKey }: ChainOptions): Buffer {
  const intermediate = newKeyPair()
  const now = Math.floor(Date.now() / 1000)
  const validity = { notBefore: now - daySeconds, notAfter: now + 365 * daySeconds }
  const { Details } = proto.CertChain.NoiseCertificate
  const middle = { serial: 1, issuerSerial: 0, key: intermediate.publicKey, ...validity }
  const last = { serial: 2, issuerSerial: 1, key: serverKey.publicKey, ...validity }
  const [middleDetails, lastDetails] = [Details.encode(middle).finish(), Details.encode(last).finish()]
  const chain = proto.CertChain.encode({
    intermediate: { details: middleDetails, signature: sign(root.privateKey, middleDetails) },
    leaf: { details: lastDetails, signature: sign(intermediate.privateKey, lastDetails) },
  })
  return Buffer.from(chain.finish())
}
