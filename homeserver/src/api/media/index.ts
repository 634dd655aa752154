import type { Endpoint } from '../endpoint.ts'
import { mediaConfig } from './config.ts'
import { download, legacyDownload, legacyThumbnail, thumbnail } from './download.ts'
import { createMedia, upload, uploadReserved } from './upload.ts'

export const mediaEndpoints: readonly Endpoint[] = [
  mediaConfig,
  upload,
  createMedia,
  uploadReserved,
  download,
  thumbnail,
  legacyDownload,
  legacyThumbnail,
]
