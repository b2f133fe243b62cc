export { readFileBytes, writeFileAtomic } from './atomic.js';
export { cacheFolder } from './cache.js';
export { fetchFile } from './download.js';
export type { DownloadOptions, DownloadProgress, RemoteFile } from './download.js';
export { fileError } from './file-error.js';
export { makeFolder, outputFolder } from './folder.js';
export { sha256, sha256OfFile } from './hash.js';
