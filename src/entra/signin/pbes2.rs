//! Private keys encrypted with a password, as OpenSSL writes them since 1.1: PBES2 with PBKDF2 and AES in CBC mode (RFC 8018).

use std::num::NonZeroU32;

use aws_lc_rs::{
    cipher::{
        AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey,
        UnboundCipherKey,
    },
    iv::FixedLength,
    pbkdf2,
};
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::{
    certificate::CertificateError,
    der::{Der, INTEGER, OBJECT, OCTETS, SEQUENCE},
};
use crate::domain::secret::SecretString;

/// More rounds than anybody asks for. Each costs time, in which nothing else is done; a million take some tenths of a second.
const ROUNDS_MAX: u32 = 1_000_000;

/// How the key is encrypted, and the key.
struct Sealed<'a> {
    digest: pbkdf2::Algorithm,
    salt: &'a [u8],
    rounds: NonZeroU32,
    cipher: &'static Algorithm,
    key_length: usize,
    iv: [u8; 16],
    content: &'a [u8],
}

/// The PKCS #8 key inside of an `EncryptedPrivateKeyInfo` (RFC 5958, section 3).
pub(super) fn decrypt(
    der: &[u8],
    password: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let sealed = read(der).ok_or(CertificateError::UnknownCipher)?;
    let mut key = Zeroizing::new(vec![0; sealed.key_length]);
    let password = password.expose_secret().as_bytes();
    pbkdf2::derive(
        sealed.digest,
        sealed.rounds,
        sealed.salt,
        password,
        &mut key,
    );
    let mut content = Zeroizing::new(sealed.content.to_vec());
    let start = DecryptionContext::Iv128(FixedLength::from(sealed.iv));
    let plain = UnboundCipherKey::new(sealed.cipher, &key)
        .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
        .and_then(|key| Ok(key.decrypt(&mut content, start)?.len()))
        .map_err(|_| CertificateError::WrongPassword)?;
    content.truncate(plain);
    // a wrong password may by chance leave something that is padded well
    let is_sequence = content.first() == Some(&SEQUENCE);
    is_sequence
        .then_some(content)
        .ok_or(CertificateError::WrongPassword)
}

fn read(der: &[u8]) -> Option<Sealed<'_>> {
    let mut outer = Der::new(Der::new(der).take(SEQUENCE)?);
    let mut scheme = Der::new(outer.take(SEQUENCE)?);
    let content = outer.take(OCTETS)?;
    // id-PBES2
    (scheme.take(OBJECT)? == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d])
        .then_some(())?;
    let mut parameters = Der::new(scheme.take(SEQUENCE)?);

    let mut derivation = Der::new(parameters.take(SEQUENCE)?);
    // id-PBKDF2
    (derivation.take(OBJECT)? == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c])
        .then_some(())?;
    let mut derivation = Der::new(derivation.take(SEQUENCE)?);
    let salt = derivation.take(OCTETS)?;
    let rounds = number(derivation.take(INTEGER)?)?;
    let _key_length = derivation.take(INTEGER);
    let digest = match derivation.take(SEQUENCE) {
        Some(digest) => by_object(Der::new(digest).take(OBJECT)?)?,
        None => pbkdf2::PBKDF2_HMAC_SHA1,
    };

    let mut encryption = Der::new(parameters.take(SEQUENCE)?);
    // aes128-CBC-PAD and its longer siblings, below the arc of NIST's AES
    let (cipher, key_length) = match encryption.take(OBJECT)? {
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02] => (&AES_128, 16),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16] => (&AES_192, 24),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a] => (&AES_256, 32),
        _ => return None,
    };
    Some(Sealed {
        digest,
        salt,
        rounds: NonZeroU32::new(rounds).filter(|rounds| rounds.get() <= ROUNDS_MAX)?,
        cipher,
        key_length,
        iv: encryption.take(OCTETS)?.try_into().ok()?,
        content,
    })
}

/// `hmacWithSHA1` and its siblings (RFC 8018, appendix B.1).
fn by_object(object: &[u8]) -> Option<pbkdf2::Algorithm> {
    match object.strip_prefix(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02])? {
        [7] => Some(pbkdf2::PBKDF2_HMAC_SHA1),
        [9] => Some(pbkdf2::PBKDF2_HMAC_SHA256),
        [10] => Some(pbkdf2::PBKDF2_HMAC_SHA384),
        [11] => Some(pbkdf2::PBKDF2_HMAC_SHA512),
        _ => None,
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
    (bytes.len() <= 4).then(|| {
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte))
    })
}
