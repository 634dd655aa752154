import type { Join } from './join.ts'

/** With which key to ask: what somebody says it is, before what it was. */
export function keyFor({ key, tried }: Join): string | undefined {
  return tried ?? key
}
