import type { UserId } from '@pons/matrix'
import type { Config } from '../config.ts'
import type { MediaQuota } from './media.ts'

/** What one user may upload. @param isExempt for application services: their media is what others said */
export function mediaQuota({ media }: Pick<Config, 'media'>, isExempt: (owner: UserId) => boolean): MediaQuota {
  const { max_user_bytes: bytes = 10 * 1024 ** 3, max_user_files: files = 100_000 } = media
  return { bytes, files, isExempt }
}
