//! The certificates of the site: the names that each is valid for, who holds it, and when it expires.

use hoplight_model::{Certificate, Text};

use super::{Field, FieldId};

const NAMES: &str = "Names that the certificate is valid for, as in www.foobar.com, *.foobar.com; empty for the site's name. Browsers \
                     refuse a site whose name is not among them.";
const DAYS: &str = "Days until the certificate expires.";

/// Two fields for each certificate.
pub(super) fn fields(certificates: &[Certificate]) -> Vec<Field> {
    let field = |(place, certificate): (usize, &Certificate)| {
        let holders: Vec<&str> = certificate.on.iter().map(hoplight_model::ComponentId::as_str).collect();
        let names: Vec<&str> = certificate.names.iter().map(Text::as_str).collect();
        let name = format!("certificate on {}", holders.join(", "));
        [
            Field::typed(FieldId::CertificateNames(place), format!("{name}: names"), NAMES, names.join(", ")),
            Field::typed(FieldId::CertificateDays(place), format!("{name}: days left"), DAYS, certificate.days_left.to_string()),
        ]
    };
    certificates.iter().enumerate().flat_map(field).collect()
}

/// Sets the names of a certificate.
pub(super) fn set_names(certificates: &mut [Certificate], place: usize, text: &str) -> Result<(), String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let names = names.map(Text::new).collect::<Result<Vec<Text>, String>>()?;
    if let Some(certificate) = certificates.get_mut(place) {
        certificate.names = names;
    }
    Ok(())
}

/// Sets when a certificate expires.
pub(super) fn set_days(certificates: &mut [Certificate], place: usize, text: &str) -> Result<(), String> {
    let days = text.parse().map_err(|_| "write a number of days".to_owned())?;
    if let Some(certificate) = certificates.get_mut(place) {
        certificate.days_left = days;
    }
    Ok(())
}
