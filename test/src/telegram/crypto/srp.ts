import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { sha256, xor } from './hashes.ts'
import { dhGenerator, dhPrime, modPow, toBytes, toNumber } from './numbers.ts'

/** A password as the server keeps it (core.telegram.org/api/srp). */
export interface Verifier {
  readonly salt1: Buffer
  readonly salt2: Buffer
  readonly v: bigint
}

/** One try to prove the password. */
export interface Challenge {
  readonly id: bigint
  readonly b: bigint
  readonly publicB: Buffer
}

const prime = toNumber(dhPrime)
const generator = toBytes(BigInt(dhGenerator), 256)

export function makeVerifier(password: string): Verifier {
  const [salt1, salt2] = [randomBytes(8), randomBytes(16)]
  const inner = sha256(salt2, sha256(salt1, Buffer.from(password), salt1), salt2)
  const slow = pbkdf2Sync(inner, salt1, 100_000, 64, 'sha512')
  const x = toNumber(sha256(salt2, slow, salt2))
  return { salt1, salt2, v: modPow(BigInt(dhGenerator), x, prime) }
}

export function makeChallenge({ v }: Verifier): Challenge {
  const k = toNumber(sha256(dhPrime, generator))
  const b = toNumber(randomBytes(256))
  const publicB = toBytes((k * v + modPow(BigInt(dhGenerator), b, prime)) % prime, 256)
  return { id: randomBytes(8).readBigInt64LE(), b, publicB }
}

export function isProof(verifier: Verifier, challenge: Challenge, proof: { a: Buffer; m1: Buffer }): boolean {
  const { salt1, salt2, v } = verifier
  const u = toNumber(sha256(proof.a, challenge.publicB))
  const shared = modPow((toNumber(proof.a) * modPow(v, u, prime)) % prime, challenge.b, prime)
  const key = sha256(toBytes(shared, 256))
  const mixed = xor(sha256(dhPrime), sha256(generator))
  return sha256(mixed, sha256(salt1), sha256(salt2), proof.a, challenge.publicB, key).equals(proof.m1)
}
