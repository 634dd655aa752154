import { createHmac, randomInt } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import { sign, verify, type KeyPair } from '../signal/keys.ts'

const accountPrefix = Buffer.from([6, 0])
const devicePrefix = Buffer.from([6, 1])

/** The account's phone vouches for a device: signed with the account's identity, authenticated by the secret of the QR code. */
export function vouchFor(
  device: { readonly number: number; readonly identity: Buffer },
  { account, secret }: { account: KeyPair; secret: Buffer },
): Uint8Array {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: randomInt(2 ** 32 - 1),
    timestamp: Math.floor(Date.now() / 1000),
    keyIndex: device.number,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish()
  const accountSignature = sign(account.privateKey, Buffer.concat([accountPrefix, details, device.identity]))
  const signed = { details, accountSignatureKey: account.publicKey, accountSignature }
  const encoded = proto.ADVSignedDeviceIdentity.encode(signed).finish()
  const hmac = createHmac('sha256', secret).update(encoded).digest()
  return proto.ADVSignedDeviceIdentityHMAC.encode({ details: encoded, hmac }).finish()
}

/** What is wrong with an identity that the device has signed in turn, in words; undefined where nothing is. */
export function problemWithIdentity(encoded: Uint8Array, device: Buffer, account: Buffer): string | undefined {
  const { details, accountSignature, deviceSignature } = proto.ADVSignedDeviceIdentity.decode(encoded)
  if (!details || !accountSignature || !deviceSignature) return 'a device identity that is not complete'
  if (!verify(account, Buffer.concat([accountPrefix, details, device]), accountSignature))
    return 'a device identity whose account signature is wrong'
  if (!verify(device, Buffer.concat([devicePrefix, details, device, account]), deviceSignature))
    return 'a device identity whose device signature is wrong'
  return undefined
}
