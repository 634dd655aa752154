import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares secrets in a time that tells nothing of where, or by what length, they differ. */
export function tokensEqual(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
