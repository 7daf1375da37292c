/** The ways in which a value may be written (G1.1). What is bound to the value's key cannot be moved to another. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KEY_BYTES, NONCE_BYTES, seal, unseal } from './secretbox.js';

export interface Cipher {
  /** Lengths that a key may have, in bytes. */
  keyBytes: readonly number[];
  encrypt(plain: Buffer, key: Buffer, storageKey: string): Buffer;
  /** undefined or an Error: it was not written with this key. */
  decrypt(written: Buffer, key: Buffer, storageKey: string): Buffer | undefined;
}

const IV_BYTES = 16;
const GCM_NONCE_BYTES = 12;
const GCM_TAG_BYTES = 16;
const AES_KEY_BYTES = [16, 24, 32];

export const ciphers: Readonly<Record<'aescbc' | 'aesgcm' | 'secretbox', Cipher>> = {
  aescbc: {
    keyBytes: AES_KEY_BYTES,
    encrypt(plain, key) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
      return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
    },
    decrypt(written, key) {
      const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, written.subarray(0, IV_BYTES));
      return Buffer.concat([decipher.update(written.subarray(IV_BYTES)), decipher.final()]);
    },
  },
  aesgcm: {
    keyBytes: AES_KEY_BYTES,
    encrypt(plain, key, storageKey) {
      const nonce = randomBytes(GCM_NONCE_BYTES);
      const cipher = createCipheriv(gcm(key), key, nonce);
      cipher.setAAD(Buffer.from(storageKey));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(written, key, storageKey) {
      const decipher = createDecipheriv(gcm(key), key, written.subarray(0, GCM_NONCE_BYTES));
      decipher.setAAD(Buffer.from(storageKey));
      decipher.setAuthTag(written.subarray(-GCM_TAG_BYTES));
      return Buffer.concat([decipher.update(written.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES)), decipher.final()]);
    },
  },
  secretbox: {
    keyBytes: [KEY_BYTES],
    encrypt(plain, key) {
      const nonce = randomBytes(NONCE_BYTES);
      return Buffer.concat([nonce, seal(plain, nonce, key)]);
    },
    decrypt: (written, key) => unseal(written.subarray(NONCE_BYTES), written.subarray(0, NONCE_BYTES), key),
  },
};

const gcm = (key: Buffer): 'aes-256-gcm' => `aes-${key.length * 8}-gcm` as 'aes-256-gcm';
