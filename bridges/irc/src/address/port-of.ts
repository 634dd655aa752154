import type { Security } from './parse-address.ts'

export function portOf(security: Security, port: number | undefined): number {
  return port ?? (security === 'plain' ? 6667 : 6697)
}
