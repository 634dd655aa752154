/**
 * The library spells absent fields as null where its types say undefined. Turned into what the types say, in place: the objects
 * are its own, and nothing but this adapter reads them afterwards.
 */
export function withoutNulls(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || depth > maxDepth) return
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    const field = object[key]
    // oxlint-disable-next-line outside-names/no-computed-write -- a property that the object has
    if (field === null) object[key] = undefined
    else if (typeof field === 'object' && !key.startsWith('_') && key !== 'originalArgs') withoutNulls(field, depth + 1)
  }
}

const maxDepth = 24
