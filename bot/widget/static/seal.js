// Seals a message to the gateway's public key: ECDH on P-256 with a fresh key, HKDF-SHA256, AES-256-GCM with the
// message id as associated data. What waits on the phone can then be opened by the gateway alone, not by this page.

const INFO = "interlude sealed message v1";

function base64url(buffer) {
  let binary = "";
  new Uint8Array(buffer).forEach((byte) => {
    binary += String.fromCharCode(byte);
  });
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// key: {id, jwk} of /api/open. Returns the `sealed` object of the protocol, or rejects where WebCrypto is missing.
export async function seal(key, id, text) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const utf8 = new TextEncoder();
  const gateway = await crypto.subtle.importKey("jwk", key.jwk, curve, false, []);
  const own = await crypto.subtle.generateKey(curve, true, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: gateway }, own.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const aes = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8.encode(INFO) },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"]
  );
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8.encode(id) },
    aes,
    utf8.encode(text)
  );
  const epk = await crypto.subtle.exportKey("jwk", own.publicKey);
  return {
    key: key.id,
    epk: { kty: epk.kty, crv: epk.crv, x: epk.x, y: epk.y },
    iv: base64url(iv),
    body: base64url(body),
  };
}
