import assert from 'node:assert/strict'
import { certificateChain } from '../../../src/whatsapp/noise/certificate-chain.ts'
import { NoiseResponder } from '../../../src/whatsapp/noise/noise-responder.ts'
import { testRoot } from '../../../src/whatsapp/noise/test-root.ts'
import { newKeyPair, verify } from '../../../src/whatsapp/signal/keys.ts'
import { NoiseInitiator, open, seal } from './noise-initiator.ts'
import { bytesAt, numberField, readFields } from './protobuf-fields.ts'

const key = newKeyPair()
const certificates = certificateChain({ root: testRoot, serverKey: key })
/** Field 1 of a `ClientPayload` is the number, 18 the device. */
const payload = Buffer.concat([numberField(1, 15_550_000_001), numberField(18, 7)])

function handshake(initiator = new NoiseInitiator()) {
  const responder = new NoiseResponder({ key, certificates })
  const shown = initiator.takeAnswer(responder.answerHello(initiator.hello()))
  const finished = responder.finish(initiator.finish(payload))
  const [outgoing, incoming] = initiator.transportKeys()
  return { shown, finished, outgoing, incoming }
}

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 0x40
  return copy
}

describe('the server’s half of the handshake', () => {
  it('agrees with a client that was written from the specification', () => {
    const initiator = new NoiseInitiator()
    const { shown, finished } = handshake(initiator)
    assert.ok(shown.serverKey.equals(key.publicKey))
    assert.ok(shown.certificates.equals(certificates))
    assert.ok(finished.clientKey.equals(initiator.publicKey))
    assert.deepEqual([Number(finished.payload.username), finished.payload.device], [15_550_000_001, 7])
  })

  it('leaves a key and a counter for each direction', () => {
    const { finished, outgoing, incoming } = handshake()
    assert.ok(!outgoing.equals(incoming))
    for (const counter of [0, 1, 2]) {
      const text = Buffer.from(`frame ${counter}`)
      assert.ok(finished.transport.open(seal(outgoing, counter, { text })).equals(text))
      assert.ok(open(incoming, counter, { text: finished.transport.seal(text) }).equals(text))
    }
  })

  it('takes no frame twice, out of turn, or changed', () => {
    const { finished, outgoing } = handshake()
    const [first, second] = [0, 1].map((counter) => seal(outgoing, counter, { text: Buffer.from('frame') }))
    assert.ok(first && second)
    finished.transport.open(first)
    assert.throws(() => finished.transport.open(first))
    const other = handshake()
    const skipped = seal(other.outgoing, 1, { text: Buffer.from('frame') })
    assert.throws(() => other.finished.transport.open(skipped))
    for (const at of [0, 5, 20]) {
      const third = handshake()
      const frame = seal(third.outgoing, 0, { text: Buffer.from('frame') })
      assert.throws(() => third.finished.transport.open(changed(frame, at)))
    }
  })

  it('has keys of its own in every connection', () => {
    const [one, other] = [handshake(), handshake()]
    assert.ok(!one.outgoing.equals(other.outgoing))
    assert.ok(!one.incoming.equals(other.incoming))
  })

  it('does not agree with a client that has said another prologue', () => {
    assert.throws(() => handshake(new NoiseInitiator(Buffer.from('57410602', 'hex'))))
  })

  it('does not agree where its answer was changed on the way', () => {
    const length = new NoiseResponder({ key, certificates }).answerHello(new NoiseInitiator().hello()).length
    // Within the ephemeral key, the encrypted key, its tag, the certificates and their tag.
    for (const at of [20, 50, 85, 150, length - 1]) {
      const initiator = new NoiseInitiator()
      const answer = new NoiseResponder({ key, certificates }).answerHello(initiator.hello())
      assert.throws(() => initiator.takeAnswer(changed(answer, at)), `byte ${at}`)
    }
  })

  it('refuses an end of the handshake that was changed on the way', () => {
    const length = 2 + 2 + 48 + 2 + payload.length + 16
    // Within the encrypted key, its tag, the payload and its tag.
    for (const at of [10, 51, 55, length - 1]) {
      const [initiator, responder] = [new NoiseInitiator(), new NoiseResponder({ key, certificates })]
      initiator.takeAnswer(responder.answerHello(initiator.hello()))
      const finish = initiator.finish(payload)
      assert.equal(finish.length, length)
      assert.throws(() => responder.finish(changed(finish, at)), `byte ${at}`)
    }
  })

  it('refuses a hello without a whole key', () => {
    for (const hello of ['', '1200', '12020a00', `12210a1f${'07'.repeat(31)}`])
      assert.throws(() => new NoiseResponder({ key, certificates }).answerHello(Buffer.from(hello, 'hex')), hello)
  })
})

describe('the certificates that the server shows', () => {
  const chain = readFields(certificates)
  const [leaf, intermediate] = [1, 2].map((number) => readFields(bytesAt(chain, number)))
  const detailsOf = (certificate = leaf): Buffer => bytesAt(certificate ?? new Map(), 1)
  const signatureOf = (certificate = leaf): Buffer => bytesAt(certificate ?? new Map(), 2)
  const middleKey = bytesAt(readFields(detailsOf(intermediate)), 3)

  it('are signed by the root and by one another', () => {
    assert.ok(verify(testRoot.publicKey, detailsOf(intermediate), signatureOf(intermediate)))
    assert.ok(verify(middleKey, detailsOf(leaf), signatureOf(leaf)))
  })

  it('are not signed by any other key', () => {
    assert.ok(!verify(newKeyPair().publicKey, detailsOf(intermediate), signatureOf(intermediate)))
    assert.ok(!verify(testRoot.publicKey, detailsOf(leaf), signatureOf(leaf)))
    assert.ok(!verify(key.publicKey, detailsOf(leaf), signatureOf(leaf)))
  })

  it('are found out when any byte of them was changed', () => {
    for (const [signer, certificate] of [
      [testRoot.publicKey, intermediate],
      [middleKey, leaf],
    ] as const) {
      const [details, signature] = [detailsOf(certificate), signatureOf(certificate)]
      for (const at of details.keys()) assert.ok(!verify(signer, changed(details, at), signature), `byte ${at}`)
      for (const at of signature.keys()) assert.ok(!verify(signer, details, changed(signature, at)), `byte ${at}`)
      assert.ok(!verify(signer, details, signature.subarray(0, 63)))
    }
  })

  it('name the key of the handshake, and who issued them, the serial 0 written out', () => {
    const [last, middle] = [readFields(detailsOf(leaf)), readFields(detailsOf(intermediate))]
    assert.ok(bytesAt(last, 3).equals(key.publicKey))
    assert.deepEqual([middle.get(2), last.get(2)], [0, middle.get(1)])
    const now = Date.now() / 1000
    for (const details of [last, middle]) {
      assert.ok(Number(details.get(4)) < now)
      assert.ok(Number(details.get(5)) > now)
    }
  })
})
